"""Drives a stand-in's servicer as the engine does, without an engine: for tests of single resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto import provider_pb2

from tests.standins.base.servicer import StandinCloud, StandinServicer
from tests.standins.base.values import decode, encode


class AnsweredError(Exception):
    """The provider answered a call with an error."""


class _Context:
    """What the servicer uses of gRPC's context."""

    def __init__(self) -> None:
        self._code: Any = None
        self.trailing: Any = ()

    def code(self) -> Any:
        return self._code

    def abort(self, code: Any, details: str) -> None:
        self._code = code
        raise AnsweredError(details)

    def set_trailing_metadata(self, pairs: Any) -> None:
        self.trailing = pairs


@dataclass(frozen=True, kw_only=True)
class Made:
    """A resource as the engine's state would hold it."""

    token: str
    name: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


class Driver:
    """One configured provider."""

    def __init__(self, cloud: StandinCloud, **settings: Any) -> None:
        self.servicer = StandinServicer(cloud)
        self.servicer.Configure(provider_pb2.ConfigureRequest(args=encode(settings)), _Context())

    @staticmethod
    def _urn(token: str, name: str) -> str:
        return f"urn:pulumi:test::test::{token}::{name}"

    def check(
        self, token: str, name: str, inputs: Mapping[str, Any], old: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return checked inputs.

        Raises:
            AnsweredError: They are refused; every reason is in the message.
        """
        answer = self.servicer.Check(
            provider_pb2.CheckRequest(
                urn=self._urn(token, name), news=encode(inputs), olds=encode(old or {}), randomSeed=b"\x01" * 32
            ),
            _Context(),
        )
        if answer.failures:
            raise AnsweredError("; ".join(f"{one.property}: {one.reason}" for one in answer.failures))
        return decode(answer.inputs)

    def preview(self, token: str, name: str, /, **inputs: Any) -> dict[str, Any]:
        """Return the outputs that a preview foresees."""
        request = provider_pb2.CreateRequest(
            urn=self._urn(token, name), properties=encode(self.check(token, name, inputs)), preview=True
        )
        return decode(self.servicer.Create(request, _Context()).properties)

    def create(self, token: str, name: str, /, **inputs: Any) -> Made:
        """Make a resource."""
        checked = self.check(token, name, inputs)
        request = provider_pb2.CreateRequest(urn=self._urn(token, name), properties=encode(checked))
        answer = self.servicer.Create(request, _Context())
        return Made(token=token, name=name, id=answer.id, inputs=checked, outputs=decode(answer.properties))

    def update(self, made: Made, /, **inputs: Any) -> Made:
        """Change a resource in place."""
        checked = self.check(made.token, made.name, inputs, made.inputs)
        request = provider_pb2.UpdateRequest(
            urn=self._urn(made.token, made.name), id=made.id, olds=encode(made.outputs), news=encode(checked),
            old_inputs=encode(made.inputs),
        )  # fmt: skip
        outputs = decode(self.servicer.Update(request, _Context()).properties)
        return Made(token=made.token, name=made.name, id=made.id, inputs=checked, outputs=outputs)

    def read(self, made: Made) -> Made | None:
        """Return the resource as the world has it; None when it is gone."""
        request = provider_pb2.ReadRequest(
            urn=self._urn(made.token, made.name),
            id=made.id,
            properties=encode(made.outputs),
            inputs=encode(made.inputs),
        )
        answer = self.servicer.Read(request, _Context())
        if not answer.id:
            return None
        inputs, outputs = decode(answer.inputs), decode(answer.properties)
        return Made(token=made.token, name=made.name, id=answer.id, inputs=inputs, outputs=outputs)

    def delete(self, made: Made) -> None:
        """Remove a resource."""
        request = provider_pb2.DeleteRequest(
            urn=self._urn(made.token, made.name),
            id=made.id,
            properties=encode(made.outputs),
            old_inputs=encode(made.inputs),
        )
        self.servicer.Delete(request, _Context())

    def diff(self, made: Made, /, **inputs: Any) -> Any:
        """Return the provider's answer on new inputs."""
        checked = self.check(made.token, made.name, inputs, made.inputs)
        request = provider_pb2.DiffRequest(
            urn=self._urn(made.token, made.name), id=made.id, olds=encode(made.outputs), news=encode(checked),
            old_inputs=encode(made.inputs),
        )  # fmt: skip
        return self.servicer.Diff(request, _Context())
