"""A WSGI server in place of API Gateway: it requires a signature and passes paths on as sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.constructs.api_problems import PROBLEMS
from tests.fakes.api import CALLER, Context, a_request

SIGNATURE = "AWS4-HMAC-SHA256 of a caller"
Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Gateway:
    """Calls the application with the events that API Gateway would send."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("HTTP_AUTHORIZATION") != SIGNATURE:
            problem = PROBLEMS["MISSING_AUTHENTICATION_TOKEN"]
            body = problem.template().replace("$context.requestId", "request-0")
            return _answer(start_response, 401, [("Content-Type", "application/problem+json")], body)
        found = self._application.resolve(_event(environ), Context())
        headers = [(name, value) for name, values in found["multiValueHeaders"].items() for value in values]
        return _answer(start_response, found["statusCode"], headers, found["body"] or "")


def _answer(
    start_response: StartResponse, status: int, headers: list[tuple[str, str]], body: str
) -> Iterable[bytes]:
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body.encode()]


def _event(environ: Environ) -> dict[str, Any]:
    uri = urlsplit(str(environ.get("REQUEST_URI") or environ["PATH_INFO"]))
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length).decode("utf-8", "replace") if length else None
    event: dict[str, Any] = a_request(environ["REQUEST_METHOD"], uri.path, body, caller=CALLER)
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and name != "HTTP_AUTHORIZATION"
    }
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    return event | {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "body": body,
    }
