"""A Pulumi provider over kinds: what every stand-in does the same way, whatever the cloud."""

from __future__ import annotations

import contextlib
import json
import threading
import traceback
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi import _types as sdk_types
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from tests.standins.base.differences import differences
from tests.standins.base.faults import Faults
from tests.standins.base.ground import Ground, Operation
from tests.standins.base.kind import Call, HalfMadeError, Kind, RefusedError
from tests.standins.base.values import UNKNOWN, Secret, decode, encode, has_unknown, plain, remark
from tests.standins.base.vocabulary import (
    Problem,
    UnknownTypeError,
    Vocabulary,
    provider_vocabulary,
    resource_vocabulary,
)

_Kinds = provider_pb2.PropertyDiff.Kind
_CHANGES = {
    "add": (_Kinds.ADD, _Kinds.ADD_REPLACE),
    "delete": (_Kinds.DELETE, _Kinds.DELETE_REPLACE),
    "update": (_Kinds.UPDATE, _Kinds.UPDATE_REPLACE),
}


class StandinCloud:
    """What differs between clouds. One per provider process."""

    package: str
    version: str
    kinds: Mapping[str, Kind[Any]]
    settings: frozenset[str] = frozenset()
    """Provider configuration that the stand-in acts on; any other is refused."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Take the provider's configuration.

        Raises:
            RefusedError: It cannot be used.
        """
        raise NotImplementedError

    def region(self, values: Mapping[str, Any]) -> str:
        """Return the region (or zone) of a resource from its inputs or outputs."""
        raise NotImplementedError

    def shared_outputs(self, kind: Kind[Any], inputs: Mapping[str, Any], region: str) -> Mapping[str, Any]:
        """Return outputs that the provider itself adds, known at preview."""
        raise NotImplementedError

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer a function.

        Raises:
            RefusedError: There is no such function, or the API refuses.
        """
        raise NotImplementedError

    def api_error(self, error: Exception) -> str | None:
        """Return the message of an error that the emulated API raised, or None for any other error."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a request is about."""

    kind: Kind[Any]
    vocabulary: Vocabulary
    urn: str

    @property
    def token(self) -> str:
        return self.kind.token

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]


class StandinServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine. Strict: what the SDK or the stand-in does not know is refused."""

    def __init__(self, cloud: StandinCloud) -> None:
        self.cloud = cloud
        self.cancelled = threading.Event()

    # --- the process ---

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version=self.cloud.version)

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.GetSchemaResponse(
            schema=f'{{"name": "{self.cloud.package}", "version": "{self.cloud.version}"}}'
        )

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.cancelled.set()
        return empty_pb2.Empty()

    # --- the provider's own configuration ---

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        inputs = _parsed_settings(decode(request.news))
        vocabulary = provider_vocabulary(self.cloud.package)
        problems = vocabulary.problems(_named(plain(inputs)))
        problems += [
            (name, f"is not acted on by the stand-in for {self.cloud.package}")
            for name in _named(inputs)
            if name in vocabulary.inputs and name not in self.cloud.settings
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(problems))

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        old, new = _named(decode(request.old_inputs)), _named(decode(request.news))
        changed = sorted(name for name in {*old, *new} if plain(old.get(name)) != plain(new.get(name)))
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
        )

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            self.cloud.configure(_named(plain(_parsed_settings(decode(request.args)))))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    # --- resources ---

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            asked = self._asked(request)
            inputs = _named(decode(request.news))
            problems = asked.vocabulary.problems(inputs)
            if not problems:
                inputs = {**inputs, **_generated(asked, inputs, decode(request.olds), request.randomSeed)}
                problems = list(asked.kind.problems(plain(inputs)))
            return provider_pb2.CheckResponse(inputs=encode(inputs), failures=_failures(problems))

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            asked = self._asked(request)
            old, new = decode(request.old_inputs), decode(request.news)
            found = differences(asked.kind, old, new)
            diffs = {
                one.path: provider_pb2.PropertyDiff(kind=_CHANGES[one.change][one.replaces], inputDiff=True)
                for one in found
            }
            tops = {one.path: one.path.replace("[", ".").split(".")[0] for one in found}
            return provider_pb2.DiffResponse(
                changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
                diffs=sorted(set(tops.values())),
                replaces=sorted({tops[one.path] for one in found if one.replaces}),
                detailedDiff=diffs,
                hasDetailedDiff=True,
                deleteBeforeReplace=_keeps_its_name(asked.kind, old, new),
            )

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            asked, marked = self._asked(request), decode(request.properties)
            if request.preview:
                return provider_pb2.CreateResponse(id="", properties=encode(self._foreseen(asked, marked, {})))
            call = self._call(asked, "", _known(marked), {})
            with self._recorded("create", asked, call) as noted:
                faults = Faults(self.cloud.ground, "create", asked.token, _values(call))
                faults.before()
                try:
                    noted.id = asked.kind.create(call)
                    faults.after(noted.id)
                except HalfMadeError as half:
                    noted.id = half.identity
                    self._abort_half_made(context, asked, call, marked, half)
                outputs = self._outputs(asked, self._call(asked, noted.id, call.inputs, {}), marked)
            return provider_pb2.CreateResponse(id=noted.id, properties=encode(outputs))

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            asked = self._asked(request)
            old_inputs, state = decode(request.inputs), decode(request.properties)
            call = self._call(asked, request.id, plain(old_inputs), plain(state))
            with self._recorded("read", asked, call):
                Faults(self.cloud.ground, "read", asked.token, _values(call)).before()
                found = asked.kind.read(call)
            if found is None:
                return provider_pb2.ReadResponse(id="")
            outputs = self._complete(asked, call, found, old_inputs)
            inputs = {
                name: value
                if name.startswith("__") or name not in found or name in asked.kind.write_only
                else _as_given(found[name], value, asked.vocabulary.inputs[name])
                for name, value in old_inputs.items()
            }
            if not old_inputs:  # an import: everything that it can be given
                inputs = {name: value for name, value in found.items() if name in asked.vocabulary.inputs}
            return provider_pb2.ReadResponse(id=request.id, properties=encode(outputs), inputs=encode(inputs))

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            asked, marked, state = self._asked(request), decode(request.news), decode(request.olds)
            if request.preview:
                return provider_pb2.UpdateResponse(properties=encode(self._foreseen(asked, marked, state)))
            call = self._call(asked, request.id, _known(marked), plain(state))
            found = differences(asked.kind, decode(request.old_inputs), marked)
            with self._recorded("update", asked, call):
                faults = Faults(self.cloud.ground, "update", asked.token, _values(call))
                faults.before()
                if asked.kind.read(call) is None:
                    raise RefusedError("NotFound", f"{asked.token} '{request.id}' does not exist")
                asked.kind.update(call, frozenset(one.path.replace("[", ".").split(".")[0] for one in found))
                faults.after(request.id)
                outputs = self._outputs(asked, call, marked)
            return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            asked = self._asked(request)
            call = self._call(asked, request.id, plain(decode(request.old_inputs)), plain(decode(request.properties)))
            with self._recorded("delete", asked, call):
                faults = Faults(self.cloud.ground, "delete", asked.token, _values(call))
                faults.before()
                asked.kind.delete(call)
                faults.after(request.id)
            return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._told(context):
            arguments = plain(decode(request.args))
            try:
                answer = self.cloud.invoke(request.tok, _named(arguments))
            except Exception as error:
                message = str(error) if isinstance(error, RefusedError) else self.cloud.api_error(error)
                if message is None:
                    raise
                return provider_pb2.InvokeResponse(failures=_failures([("", f"invoking {request.tok}: {message}")]))
            return provider_pb2.InvokeResponse(**{"return": encode(answer)})

    # --- parts ---

    def _asked(self, request: Any) -> _Asked:
        token = request.type or request.urn.split("::")[2].rpartition("$")[2]
        vocabulary = resource_vocabulary(self.cloud.package, token)
        kind = self.cloud.kinds.get(token)
        if kind is None:
            raise UnknownTypeError(f"the stand-in for {self.cloud.package} has no {token}: teach it, or do without")
        return _Asked(kind=kind, vocabulary=vocabulary, urn=request.urn)

    def _call(self, asked: _Asked, identity: str, inputs: Mapping[str, Any], state: Mapping[str, Any]) -> Call[Any]:
        return Call(
            cloud=self.cloud,
            token=asked.token,
            name=asked.name,
            region=self.cloud.region({**state, **inputs}),
            id=identity,
            inputs=_named(inputs),
            state=state,
        )

    def _foreseen(self, asked: _Asked, inputs: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is known of the outputs at preview: the rest is unknown, as with the real provider."""
        values, vocabulary = _named(inputs), asked.vocabulary
        region = self.cloud.region(plain({**state, **values}))
        shared = self.cloud.shared_outputs(asked.kind, plain(values), region)
        known = {**asked.kind.defaults(plain(values)), **values, **shared}
        outputs = {name: UNKNOWN for name in vocabulary.always if name not in known and name not in state}
        outputs |= {name: value for name, value in state.items() if name in vocabulary.outputs}
        outputs |= {name: value for name, value in known.items() if name in vocabulary.outputs}
        return {name: value for name, value in outputs.items() if name not in asked.kind.write_only}

    def _outputs(self, asked: _Asked, call: Call[Any], marked: Mapping[str, Any]) -> dict[str, Any]:
        found = asked.kind.read(call)
        if found is None:
            raise RefusedError("NotFound", f"{asked.token} '{call.id}' is gone right after it was made or changed")
        return self._complete(asked, call, found, marked)

    def _complete(
        self, asked: _Asked, call: Call[Any], found: Mapping[str, Any], marked: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the outputs of what was found, with the secret marks of the inputs."""
        strange = sorted(set(found) - set(asked.vocabulary.outputs) - set(asked.vocabulary.inputs))
        assert not strange, f"the stand-in answers what {asked.token} does not have: {strange}"
        shared = self.cloud.shared_outputs(asked.kind, call.inputs, call.region)
        outputs = {**asked.kind.defaults(call.inputs), **_named(call.inputs), **shared, **found}
        return {
            name: remark(value, marked.get(name))
            for name, value in outputs.items()
            if name in asked.vocabulary.outputs and name not in asked.kind.write_only
        }

    @contextlib.contextmanager
    def _recorded(self, operation: str, asked: _Asked, call: Call[Any]) -> Iterator[_Noted]:
        noted, failed = _Noted(call.id), ""
        try:
            yield noted
        except BaseException as error:
            failed = self.cloud.api_error(error) if isinstance(error, Exception) else None
            failed = failed or str(error) or type(error).__name__
            raise
        finally:
            self.cloud.ground.record(
                Operation(
                    package=self.cloud.package,
                    operation=operation,
                    type=asked.token,
                    urn=asked.urn,
                    id=noted.id,
                    failed=failed,
                )
            )

    @contextlib.contextmanager
    def _told(self, context: Any) -> Iterator[None]:
        """Turn failures into answers: refusals as one line, mistakes of the stand-in with their place."""
        try:
            yield
        except (RefusedError, UnknownTypeError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:
            if context.code() is not None:  # already answered
                raise
            message = self.cloud.api_error(error)
            if message is None:
                message = "the stand-in itself failed (a mistake in tests/standins):\n" + traceback.format_exc()
            context.abort(grpc.StatusCode.UNKNOWN, message)

    def _abort_half_made(
        self, context: Any, asked: _Asked, call: Call[Any], marked: Mapping[str, Any], half: HalfMadeError
    ) -> NoReturn:
        with_id = self._call(asked, half.identity, call.inputs, {})
        detail = provider_pb2.ErrorResourceInitFailed(
            id=half.identity,
            properties=encode(self._outputs(asked, with_id, marked)),
            reasons=[str(half)],
            inputs=encode(marked),
        )
        packed = any_pb2.Any()
        packed.Pack(detail)
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(half), details=[packed])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(half))
        raise AssertionError("abort raises")


@dataclass
class _Noted:
    id: str


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith("__")}


def _known(inputs: Mapping[str, Any]) -> dict[str, Any]:
    values = _named(plain(inputs))
    assert not has_unknown(values), f"the engine sent unknown values outside a preview: {values}"
    return {name: value for name, value in values.items() if value is not None}


def _values(call: Call[Any]) -> dict[str, Any]:
    return {**call.inputs, "region": call.region, "name": call.name}


def _parsed_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return provider configuration with its nested values, which the engine sends as JSON texts."""

    def parsed(value: Any) -> Any:
        if isinstance(value, Secret):
            return Secret(parsed(value.value))
        if (isinstance(value, str) and value[:1] in ("{", "[")) or value in ("true", "false"):
            with contextlib.suppress(ValueError):
                return json.loads(value)
        return value

    return {name: parsed(value) for name, value in settings.items() if name != "version"}


def _failures(problems: list[Problem]) -> list[Any]:
    return [provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in problems]


def _generated(asked: _Asked, inputs: Mapping[str, Any], old: Mapping[str, Any], seed: bytes) -> dict[str, Any]:
    """Return the generated name of a resource that takes one and is given none, as the real provider makes it."""
    name = asked.kind.generated
    if not name or name not in asked.vocabulary.inputs or inputs.get(name) is not None:
        return {}
    if inputs.get(f"{name}Prefix") is not None:
        return {}
    kept = old.get(name) if name in (old.get("__defaults") or []) else None
    return {name: kept or f"{asked.name}-{seed.hex()[:7]}", "__defaults": [name]}


def _keeps_its_name(kind: Kind[Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether old and new would bear one given name, so that the old one has to go first."""
    name = kind.generated
    given = bool(name) and name not in (new.get("__defaults") or [])
    return given and new.get(name) is not None and plain(new.get(name)) == plain(old.get(name))


def _as_given(found: Any, given: Any, wanted: Any) -> Any:
    """Return what was found in the form in which it was given: the same secret marks, no block property that
    nobody gave (it would show as a change). Maps, as tags, are what was found."""
    if isinstance(given, Secret):
        return Secret(_as_given(found, given.value, wanted))
    if sdk_types.is_input_type(wanted) and isinstance(found, Mapping) and isinstance(given, Mapping):
        known = sdk_types.input_type_types(wanted)
        return {name: _as_given(found.get(name), value, known.get(name)) for name, value in given.items()}
    items = typing.get_args(wanted)
    if isinstance(found, list) and isinstance(given, list) and len(found) == len(given) and items:
        return [_as_given(one, other, items[0]) for one, other in zip(found, given, strict=True)]
    return found
