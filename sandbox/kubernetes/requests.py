"""Requests and answers, independent of any HTTP library: the server translates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from sandbox.kubernetes import json_text, protobuf
from sandbox.kubernetes.errors import bad_request, unrecognized, unsupported_media_type
from sandbox.kubernetes.resources import Resource

Object = dict[str, Any]


_YAML = frozenset({"application/yaml", "application/apply-patch+yaml"})
_BODIES = ("application/json", "application/yaml")


@dataclass(frozen=True)
class User:
    """The caller: the name and groups that RBAC uses."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""

    @property
    def is_admin(self) -> bool:
        """Members of system:masters may do everything."""
        return "system:masters" in self.groups


@dataclass(frozen=True)
class Request:
    """One request: `query` holds each parameter's last value; header names are lower case. `user` is the
    caller, once known; `warnings` go into the answer."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    user: User | None = None
    warnings: list[str] = field(default_factory=list)

    def document(self, kind: str = "") -> Any:
        """The body, read by its Content-Type; {} if there is none. Raises ApiError 400, which names the
        expected `kind`, or 415 for other types and for protobuf of an unknown kind."""
        if not self.body:
            return {}
        if self.content_type == protobuf.CONTENT_TYPE:
            found = protobuf.decode(self.body)
            if found is None:
                raise unsupported_media_type(["application/json", "application/yaml"])
            return found
        if self.content_type not in _YAML:
            if not self.content_type.endswith("json") and self.content_type:
                raise unsupported_media_type([*_BODIES, protobuf.CONTENT_TYPE])
            try:
                return json_text.parse(self.body)
            except ValueError as problem:
                raise unrecognized(kind, str(problem), json_text.shown(self.body)) from problem
        try:
            return yaml.safe_load(self.body)
        except (yaml.YAMLError, UnicodeDecodeError) as problem:
            raise bad_request(f"the object provided is unrecognized: {problem}") from problem

    def flag(self, name: str) -> bool:
        """Whether a boolean query parameter is set."""
        return self.query.get(name, "").lower() in ("1", "true", "all")

    def number(self, name: str, default: int = 0) -> int:
        """A numeric query parameter. Raises ApiError 400."""
        text = self.query.get(name) or str(default)
        if not text.isdecimal():
            raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        return int(text)

    @property
    def content_type(self) -> str:
        """The body's media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


@dataclass(frozen=True)
class Response:
    """An answer: `body` is bytes, or an iterator of chunks for streams such as watches. With a `pause`
    (seconds) it is sent byte by byte."""

    status: int
    body: bytes | Iterator[bytes]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    pause: float = 0.0


@dataclass(frozen=True)
class Target:
    """What a path and method mean: the verb for RBAC and faults, the kind, and which object."""

    verb: str
    resource: Resource
    namespace: str | None = None
    name: str = ""
    subresource: str = ""

    @property
    def full_resource(self) -> str:
        """`pods`, or `pods/eviction`: as RBAC rules and fault filters name it."""
        return f"{self.resource.plural}/{self.subresource}" if self.subresource else self.resource.plural


def json_response(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(status, json.dumps(document).encode(), headers=headers or {})


def with_warnings(response: Response, warnings: list[str]) -> Response:
    """The answer, with a Warning header (RFC 7234) for each text. Source: k8s.io/apimachinery `pkg/util/net`,
    NewWarningHeader."""
    return replace(response, warnings=tuple(f"299 - {json.dumps(text)}" for text in dict.fromkeys(warnings)))
