"""How OpenAPI describes responses: their models, and the possible problems."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from snapkeep.inbound.api.problems import CONTENT_TYPE, ProblemModel

PROBLEMS = {
    401: "The request is not signed",
    405: "The path has no such method",
    400: "The request is malformed, or its Idempotency-Key is missing",
    403: "The caller may not do this",
    404: "Something that the request names does not exist",
    409: "It conflicts with an existing object, or a request with this Idempotency-Key is in progress",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The request makes no sense, is refused with its findings, or reuses an Idempotency-Key",
    429: "Too many requests",
    500: "Snapkeep failed",
    503: "AWS or the cluster did not answer; try again",
    504: "It took too long",
}
READING = (401, 403, 404, 422, 429, 500, 503, 504)


def answered(description: str, model: type[BaseModel]) -> dict[str, Any]:
    """The description of a response with a model."""
    return {"description": description, "content": {"application/json": {"model": model}}}


def problem(description: str) -> dict[str, Any]:
    """The description of a problem."""
    return {"description": description, "content": {CONTENT_TYPE: {"model": ProblemModel}}}


def read_responses(model: type[BaseModel]) -> dict[int, Any]:
    """The possible responses to a GET."""
    return {200: answered("The current state", model)} | {
        status: problem(PROBLEMS[status]) for status in READING
    }


def change_responses(**models: type[BaseModel]) -> dict[int, Any]:
    """The possible responses to a changing request; `rehearsed`, `accepted`, `changed` name the models of
    success."""
    texts = {
        "rehearsed": (200, "What would be done"),
        "accepted": (202, "It is in progress"),
        "changed": (200, "It is done"),
    }
    good = {texts[name][0]: answered(texts[name][1], model) for name, model in models.items()}
    return good | {status: problem(text) for status, text in PROBLEMS.items()}
