"""The truth about names and types: the cloud SDK's own classes, read once per type token."""

from __future__ import annotations

import collections.abc
import difflib
import enum
import importlib
import inspect
import threading
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi
from pulumi import _types as sdk_types

from tests.standins.base.values import UNKNOWN, Asset, Secret

_ONE_AT_A_TIME = threading.RLock()

Problem = tuple[str, str]
"""Property path, and what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What a resource type may be given, and what it may answer."""

    token: str
    arguments: type
    inputs: Mapping[str, Any]
    required: frozenset[str]
    outputs: Mapping[str, Any]
    always: frozenset[str]
    """Outputs that are always there: those that the provider computes when no input gives them."""

    def problems(self, inputs: Mapping[str, Any]) -> list[Problem]:
        """Return every unknown name, missing property and wrong type, at any depth."""
        return list(_object_problems("", inputs, self.arguments))


class UnknownTypeError(Exception):
    """The SDK has no such resource type, function or module."""


def resource_vocabulary(package: str, token: str) -> Vocabulary:
    """Return a resource type's vocabulary.

    Raises:
        UnknownTypeError: The SDK has no class for the token.
    """
    with _ONE_AT_A_TIME:  # the SDK's lazy modules are not made for threads
        return _resource_vocabulary(package, token)


@cache
def _resource_vocabulary(package: str, token: str) -> Vocabulary:
    resource = _resource_class(package, token)
    module = importlib.import_module(resource.__module__)
    # `InitArgs` when a nested type took the plain name
    arguments = getattr(module, f"{resource.__name__}InitArgs", None) or getattr(module, f"{resource.__name__}Args")
    names = sdk_types.input_type_py_to_pulumi_names(arguments)
    return Vocabulary(
        token=token,
        arguments=arguments,
        inputs=sdk_types.input_type_types(arguments),
        required=_required(arguments, names),
        outputs=sdk_types.resource_types(resource),
        always=frozenset(_always(resource)),
    )


@cache
def provider_vocabulary(package: str) -> Vocabulary:
    """Return the vocabulary of a package's provider configuration."""
    module = importlib.import_module(f"pulumi_{package}.provider")
    names = sdk_types.input_type_py_to_pulumi_names(module.ProviderArgs)
    return Vocabulary(
        token=f"pulumi:providers:{package}",
        arguments=module.ProviderArgs,
        inputs=sdk_types.input_type_types(module.ProviderArgs),
        required=_required(module.ProviderArgs, names),
        outputs={},
        always=frozenset(),
    )


def function_arguments(package: str, token: str) -> frozenset[str]:
    """Return the arguments that the SDK's function for a token takes.

    Raises:
        UnknownTypeError: The SDK has no such function.
    """
    _, module, name = token.split(":")
    python_name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    folder = module.partition("/")[0]
    with _ONE_AT_A_TIME:
        parent = importlib.import_module(f"pulumi_{package}" + ("" if folder == "index" else f".{folder}"))
        found = getattr(parent, python_name, None)
    if found is None:
        raise UnknownTypeError(f"pulumi_{package} has no function {token}")
    names = set(inspect.signature(found).parameters) - {"opts"}
    return frozenset(_camel(name) for name in names)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _resource_class(package: str, token: str) -> type:
    # aws:ec2/vpc:Vpc is pulumi_aws.ec2.Vpc; the SDK's classes carry their token themselves.
    prefix, _, rest = token.partition(":")
    module_name, _, class_name = rest.partition(":")
    folder = module_name.partition("/")[0]
    parent = f"pulumi_{package}" if folder == "index" else f"pulumi_{package}.{folder.replace('-', '_').lower()}"
    try:
        found = getattr(importlib.import_module(parent), class_name)
    except (ImportError, AttributeError):
        found = None
    if prefix != package or not hasattr(found, "_internal_init"):
        raise UnknownTypeError(f"pulumi_{package} has no resource type {token}")
    source = inspect.getsource(found.__init__) + inspect.getsource(found._internal_init)
    if f"'{token}'" not in source:
        raise UnknownTypeError(f"pulumi_{package}'s class {found.__qualname__} is not {token}")
    return found


def _required(arguments: type, names: Mapping[str, str]) -> frozenset[str]:
    parameters = inspect.signature(arguments.__init__).parameters
    return frozenset(
        names[name]
        for name, parameter in parameters.items()
        if name in names and parameter.default is inspect.Parameter.empty
    )


def _always(resource: type) -> Iterator[str]:
    names = sdk_types.resource_py_to_pulumi_names(resource)
    for python_name, getter in inspect.getmembers(resource, lambda item: isinstance(item, property)):
        if python_name in names and "Optional" not in str(getter.fget.__annotations__.get("return", "")).split("[")[1]:
            yield names[python_name]


def _object_problems(path: str, value: Mapping[str, Any], arguments: type) -> Iterator[Problem]:
    known = sdk_types.input_type_types(arguments)
    required = _required(arguments, sdk_types.input_type_py_to_pulumi_names(arguments))
    for name in sorted(required):
        if value.get(name) is None:
            yield _below(path, name), "is required and missing"
    for name, item in value.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield _below(path, name), "is no property of it" + (f"; did you mean '{near[0]}'?" if near else "")
        elif item is not None:
            yield from _problems(_below(path, name), item, known[name])


def _problems(path: str, value: Any, wanted: Any) -> Iterator[Problem]:
    value = value.value if isinstance(value, Secret) else value
    if value is UNKNOWN or value is None or wanted is Any:
        return
    origin, parameters = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        options = [option for option in parameters if option is not type(None) and not _is_later(option)]
        tried = [list(_problems(path, value, option)) for option in options]
        yield from min(tried, key=len)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from _mapping_problems(path, value, parameters[1])
    elif isinstance(origin, type) and issubclass(origin, Sequence):
        if not isinstance(value, list):
            yield path, f"must be a list, not {_told(value)}"
            return
        for index, item in enumerate(value):
            yield from _problems(f"{path}[{index}]", item, parameters[0])
    elif sdk_types.is_input_type(wanted):
        if not isinstance(value, Mapping):
            yield path, f"must be an object, not {_told(value)}"
            return
        yield from _object_problems(path, value, wanted)
    elif not _is(value, wanted):
        yield path, f"must be of type {getattr(wanted, '__name__', wanted)}, not {_told(value)}"


def _mapping_problems(path: str, value: Any, wanted: Any) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield path, f"must be a map, not {_told(value)}"
        return
    for key, item in value.items():
        yield from _problems(_below(path, key), item, wanted)


def _is_later(option: Any) -> bool:
    """Return whether a type is a promise (`Output`, awaitable), of which the engine sends the value."""
    return typing.get_origin(option) in (collections.abc.Awaitable, pulumi.Output)


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return value in {member.value for member in wanted}
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted in (str, bool):
        return isinstance(value, wanted)
    return isinstance(value, Asset) if "Asset" in str(wanted) or "Archive" in str(wanted) else False


def _told(value: Any) -> str:
    return f"{type(value).__name__} {str(value)[:40]!r}"


def _below(path: str, name: str) -> str:
    step = name if name.isidentifier() else f'["{name}"]'
    return f"{path}.{step}".replace(".[", "[") if path else step
