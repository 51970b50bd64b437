"""The API on top of a fake world, called with the events that API Gateway sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from snapkeep.inbound.api.application import application
from tests.fakes.answers import MemoryAnswers
from tests.fakes.world import World

CALLER = "arn:aws:iam::111122223333:user/ann"
BODIES = frozenset({"POST", "PUT"})


@dataclass(frozen=True)
class Context:
    """Lambda's invocation context, as far as the API needs it."""

    function_name: str = "snapkeep-api"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


@dataclass(frozen=True)
class Reply:
    """The API's answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body parsed as JSON; None without one."""
        return json.loads(self.text) if self.text else None

    @property
    def code(self) -> str:
        """A problem's code; fails for any other answer."""
        assert self.headers["Content-Type"] == "application/problem+json", self.text
        return str(self.json["code"])


@dataclass
class Api:
    """An API caller; every POST gets a new Idempotency-Key unless it supplies one (None: none)."""

    world: World
    caller: str = CALLER
    answers: MemoryAnswers = field(default_factory=MemoryAnswers)
    wrap: Callable[[Any], Any] = lambda port: port

    def __post_init__(self) -> None:
        self._app = application(self.world.actions(self.wrap), lambda: self.answers)
        self._numbers = count(1)

    def get(self, path: str) -> Reply:
        """GET a path with its query."""
        return self("GET", path)

    def post(self, path: str, body: Any = None, key: str | None = "") -> Reply:
        """POST a JSON body, or text unchanged."""
        return self("POST", path, {} if body is None else body, key)

    def __call__(self, method: str, path: str, body: Any = None, key: str | None = "") -> Reply:
        """Send a request."""
        event = a_request(method, path, body, caller=self.caller, number=next(self._numbers))
        if method == "POST" and key is not None:
            event["headers"]["Idempotency-Key"] = key or f"key-{event['requestContext']['requestId']}"
            event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}
        return self.resolve(event)

    def resolve(self, event: Any) -> Reply:
        """Send an event unchanged."""
        answer = self._app.resolve(event, Context())
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return Reply(answer["statusCode"], headers, answer["body"] or "")


def a_request(method: str, path: str, body: Any = None, *, caller: str = CALLER, number: int = 1) -> Any:
    """A signed request's event: path segments as sent, the query decoded."""
    parts = urlsplit(path)
    query = parse_qs(parts.query, keep_blank_values=True)
    headers = {"Content-Type": "application/json"} if method in BODIES else {}
    return {
        "resource": parts.path,
        "path": parts.path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "stage": "live",
            "path": f"/live{parts.path}",
            "requestId": f"request-{number}",
            "identity": {"userArn": caller, "sourceIp": "127.0.0.1"},
        },
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
