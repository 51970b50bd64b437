"""Turns every error into problem+json: a stable code, what happened, what to do.

https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Route
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from pydantic import Field

from snapkeep.domain import errors
from snapkeep.domain.files.problems import FileProblem, ProblemKind
from snapkeep.domain.files.problems import problem_of as problem_of_files
from snapkeep.domain.restore.findings import Finding
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.callers import request_id_of
from snapkeep.inbound.api.field_problems import problem_of_field
from snapkeep.inbound.api.words import FindingModel, finding

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
METHODS = ("GET", "POST", "PUT", "DELETE")
RETRY_LATER = "Try again in a moment with the same Idempotency-Key; `Retry-After` says when."


class FieldProblem(Body):
    """What is wrong with one field of a request."""

    where: str
    problem: str


class ProblemModel(Body):
    """An RFC 9457 problem, with a code for machines and a fix for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fix: str = ""
    request_id: str = ""
    findings: list[FindingModel] | None = Field(default=None, description="With `restore_refused`")
    errors: list[FieldProblem] | None = Field(default=None, description="With `invalid_request`")


class Problem(Exception):
    """A problem to respond with; may be raised anywhere in a route."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        fix: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.fix = status, code, detail, fix
        self.headers, self.more = dict(headers or {}), dict(more or {})


def answer(problem: Problem, request_id: str) -> Response[str]:
    """The response to a problem."""
    body = {
        "type": f"urn:snapkeep:error:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "fix": problem.fix,
        "request_id": request_id,
    }
    return Response(
        status_code=problem.status,
        content_type=CONTENT_TYPE,
        headers={**problem.headers},
        body=json.dumps(body | problem.more),
    )


def refused_restore(findings: Sequence[Finding]) -> Problem:
    """The problem with all findings; the first, which is the most severe, is the detail."""
    first = findings[0]
    listed = [finding(found).model_dump(mode="json") for found in findings]
    return Problem(422, "restore_refused", first.text, first.fix, more={"findings": listed})


def problem_of(error: Exception) -> Problem:
    """The problem for an error; an unexpected error is logged, and its details are not disclosed."""
    for kinds, translate in _TRANSLATIONS:
        if isinstance(error, kinds):
            problem: Problem = translate(error)
            return problem
    log.error("unexpected error", exc_info=error)
    return Problem(
        500,
        "internal",
        "Snapkeep failed to answer; the function's log has the reason under this request id",
        "Try again with the same Idempotency-Key; if the error persists, read the log of the api function.",
    )


def add_problem_handlers(app: ApiGatewayResolver) -> None:
    """Respond to every error of a route, and to unknown routes, with problem+json."""

    def handle(error: Exception) -> Response[str]:
        if isinstance(error, NotFoundError):
            error = _no_route(app, app.current_event.http_method, app.current_event.path)
        return answer(problem_of(error), request_id_of(app.current_event))

    app.exception_handler(Exception)(handle)
    for kind in (NotFoundError, RequestValidationError, RequestUnsupportedContentType):
        app.exception_handler(kind)(handle)


def _no_route(app: ApiGatewayResolver, method: str, path: str) -> Problem:
    """The problem for an unknown route. API Gateway knows the routes itself, so this serves other servers
    only."""
    allowed = [verb for verb in METHODS if any(_serves(route, verb, path) for route in routes_of(app))]
    fix = "GET /v1/openapi.json describes all routes."
    if allowed:
        listed = ", ".join(allowed)
        detail = f"{path[:200]} has no {method}: it has {listed}"
        return Problem(405, "method_not_allowed", detail, fix, headers={"Allow": listed})
    return Problem(404, "not_found", f"there is no {method} {path[:200]}", fix)


def routes_of(app: Any) -> list[Route]:
    """All routes that the application has."""
    return [*app._static_routes, *app._dynamic_routes]


def _serves(route: Route, method: str, path: str) -> bool:
    return method in route.method and route.rule.match(path) is not None


def _invalid(error: Any) -> Problem:
    """The problem for failed validation: an impossible name in the path, no key, or invalid fields."""
    found = error.errors()
    places = [tuple(item["loc"]) for item in found]
    if any(place[0] == "path" for place in places):
        name = next(place[1] for place in places if place[0] == "path")
        return Problem(404, "not_found", f"the path names a {name} that cannot exist", _names_fix(str(name)))
    if ("header", "idempotency-key") in [tuple(str(part).lower() for part in place) for place in places]:
        return Problem(
            400,
            "idempotency_key_missing",
            "the header Idempotency-Key is missing or holds more than 1 to 128 visible ASCII characters",
            "Send a new one with every request, such as a UUID, and the same one when you repeat it.",
        )
    wrong = [problem_of_field(item) for item in found]
    return Problem(
        422,
        "invalid_request",
        "the request cannot be read: "
        + "; ".join(f"{item['where']}: {item['problem']}" for item in wrong)[:1000],
        "GET /v1/openapi.json describes every field.",
        more={"errors": wrong},
    )


_NAMES = {
    "cluster": "Names are letters, digits, '-' and '_', at most 100 characters",
    "claim": "Names are lower-case letters, digits, '-' and '.', at most 253 characters",
    "account": "Ids of accounts are 12 digits",
    "backup": "Ids are letters, digits, '.', '-' and '_', at most 200 characters",
    "operation": "Ids are 32 of the digits 0-9 and a-f",
    "restore": "Ids are 16 of the digits 0-9 and a-f",
}


def _names_fix(kind: str) -> str:
    """What the name of such a thing looks like."""
    usual = "Names are lower-case letters, digits and '-', at most 63 characters"
    return f"{_NAMES.get(kind, usual)}; copy them from a list."


def _unsupported(error: Any) -> Problem:
    return Problem(
        415,
        "unsupported_media_type",
        "the body is not JSON by its Content-Type",
        "Send Content-Type: application/json.",
    )


def _unavailable(error: Any) -> Problem:
    seconds = max(1, round(error.delay.total_seconds()))
    return Problem(503, "unavailable", error.reason, RETRY_LATER, headers={"Retry-After": str(seconds)})


def problem_with_files(found: FileProblem) -> Problem:
    """The problem for a question about files that has no answer."""
    match found.kind:
        case ProblemKind.NOT_FOUND:
            return Problem(404, "not_found", found.reason, found.fix)
        case ProblemKind.UNAVAILABLE:
            return Problem(503, "unavailable", found.reason, found.fix, headers={"Retry-After": "60"})
        case ProblemKind.FAILED:
            return Problem(500, "internal", found.reason, found.fix)
        case _:
            return Problem(422, "files_refused", found.reason, found.fix)


def _named(status: int, code: str, fix: str = "") -> Any:
    return lambda error: Problem(status, code, error.reason, fix)


_TRANSLATIONS: Sequence[tuple[Any, Any]] = (
    (Problem, lambda error: error),
    (RequestValidationError, _invalid),
    (RequestUnsupportedContentType, _unsupported),
    (errors.UnknownCluster, _named(404, "unknown_cluster", "`snapkeep get clusters` lists them.")),
    (errors.NotFound, _named(404, "not_found")),
    (errors.ForeignSource, _named(403, "forbidden")),
    (errors.TooLarge, _named(422, "answer_too_large")),
    (errors.Invalid, _named(422, "invalid_request")),
    (errors.NameTaken, _named(409, "conflict")),
    (errors.TookTooLong, _named(504, "took_too_long")),
    (errors.TemporaryError, _unavailable),
    (errors.CopyRefused, lambda error: Problem(409, "copy_refused", error.reason, error.fix)),
    (errors.FilesRefused, lambda error: problem_with_files(problem_of_files(error))),
    (errors.LoanRefused, lambda error: Problem(409, "loan_refused", error.reason, error.fix)),
    (errors.PermanentError, _named(409, "conflict")),
)
"""The problem for each error class; the first match counts."""
