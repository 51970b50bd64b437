"""Run or check AWS CLI commands as boto3 calls, so that the commands we document need no AWS CLI.

Options are checked against the API's own model, as the CLI does: an unknown operation or option
raises. https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape

GLOBAL = frozenset({"region", "profile", "query", "output"})
RENAMED = {("sns", "notification-endpoint"): "endpoint"}
"""Options whose CLI name differs from the API's."""

ClientOf = Callable[[str], Any]


@cache
def a_client(service: str) -> Any:
    """A client that nobody calls: it knows the service's operations. Cached, because models are large."""
    make: Any = boto3.Session("none", "none", region_name="eu-west-1").client
    return make(service)


def run(command: str, client_of: ClientOf) -> list[Any]:
    """Run a command, or several joined by `&&`; `client_of` returns a service's client."""
    return [
        getattr(client, operation)(**parameters)
        for client, operation, parameters in (call_of(part, client_of) for part in command.split(" && "))
    ]


def call_of(command: str, client_of: ClientOf) -> tuple[Any, str, dict[str, Any]]:
    """The client, method name and parameters that a command stands for."""
    program, service, name, *words = shlex.split(command)
    assert program == "aws", command
    client = client_of(service)
    operation = name.replace("-", "_")
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    members = {xform_name(member).replace("_", "-"): member for member in model.input_shape.members}
    parameters = {
        members[option]: _value(model.input_shape.members[members[option]], values)
        for option, values in (
            (RENAMED.get((service, name), name), values) for name, values in _options(words)
        )
        if option not in GLOBAL
    }
    return client, operation, parameters


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each `--option` with the words up to the next one."""
    while words:
        option, *words = words
        assert option.startswith("--"), option
        count = next((place for place, word in enumerate(words) if word.startswith("--")), len(words))
        yield option.removeprefix("--"), words[:count]
        words = words[count:]


def _value(shape: Shape, values: list[str]) -> Any:
    if isinstance(shape, ListShape | StructureShape) and values[0].startswith(("[", "{")):
        return json.loads(values[0])
    if isinstance(shape, ListShape):
        return [_value(shape.member, [value]) for value in values]
    (text,) = values
    if isinstance(shape, StructureShape):
        return _structure(shape, text)
    return json.loads(text) if shape.type_name in ("integer", "double", "boolean") else text


def _structure(shape: StructureShape, text: str) -> dict[str, Any]:
    """The shorthand `Key=name,Value=1`; a part without `=` continues the list before it."""
    found: dict[str, list[str]] = {}
    for part in text.split(","):
        name, equals, value = part.rpartition("=")
        if equals:
            found[name] = [value]
        else:
            found[list(found)[-1]].append(value)
    return {name: _value(shape.members[name], values) for name, values in found.items()}
