"""An API server's refusals: one Status object each, in the real server's words.

Texts: k8s.io/apimachinery `pkg/api/errors` and the answers of kube-apiserver 1.36.
"""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.resources import Resource

Cause = dict[str, str]


class ApiError(Exception):
    """An answer other than success: HTTP `code`, machine-readable `reason` and the text for people."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.headers = headers or {}
        self.metadata = metadata or {}

    def status(self) -> dict[str, Any]:
        """The `v1` Status object for the answer's body."""
        body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
            "code": self.code,
        }
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        return body


class UnknownPath(Exception):
    """A path that serves nothing: the real server answers the plain text `404 page not found`."""


def details(resource: Resource, name: str, causes: list[Cause] | None = None) -> dict[str, Any]:
    """The `details` of a Status about one object: its name, group, plural (as `kind`) and causes."""
    found: dict[str, Any] = {"name": name, "group": resource.group, "kind": resource.plural}
    kept: dict[str, Any] = {key: value for key, value in found.items() if value}
    if causes:
        kept["causes"] = causes
    return kept


def not_found(resource: Resource, name: str) -> ApiError:
    """404: no object has that name."""
    return ApiError(404, "NotFound", f'{resource.qualified} "{name}" not found', details(resource, name))


def already_exists(resource: Resource, name: str) -> ApiError:
    """409: an object with that name already exists."""
    message = f'{resource.qualified} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, details(resource, name))


def conflict(resource: Resource, name: str, why: str = "") -> ApiError:
    """409: the object has changed since the writer read it."""
    why = why or (
        "the object has been modified; please apply your changes to the latest version and try again"
    )
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return ApiError(409, "Conflict", message, details(resource, name))


def invalid(resource: Resource, name: str, causes: list[Cause]) -> ApiError:
    """422: the object breaks rules; each cause has `field`, `reason` and `message`."""
    return invalid_as(_kind(resource), resource, name, causes)


def invalid_as(kind: str, resource: Resource, name: str, causes: list[Cause]) -> ApiError:
    """422 about an object that claims another kind."""
    found = details(resource, name, causes) | {"kind": kind.partition(".")[0]}
    return ApiError(422, "Invalid", f'{kind} "{name}" is invalid: {_together(causes)}', found)


def invalid_options(kind: str, causes: list[Cause]) -> ApiError:
    """422 about a request's options: its query, or a DELETE's body."""
    found = {"group": "meta.k8s.io", "kind": kind, "causes": causes}
    return ApiError(422, "Invalid", f'{kind}.meta.k8s.io "" is invalid: {_together(causes)}', found)


def invalid_patch(causes: list[Cause]) -> ApiError:
    """422 about a patch whose result cannot be read as an object of its kind."""
    return ApiError(422, "Invalid", f' "" is invalid: {_together(causes)}', {"causes": causes})


def _kind(resource: Resource) -> str:
    return f"{resource.kind}.{resource.group}" if resource.group else resource.kind


def _together(causes: list[Cause]) -> str:
    """The causes in a row, without repeats."""
    parts = list(dict.fromkeys(f"{cause['field']}: {cause['message']}" for cause in causes))
    return parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]"


def precondition(resource: Resource, name: str, why: str) -> ApiError:
    """409: the object is not the one a DELETE names by uid or version."""
    kind = _kind(resource)
    found = details(resource, name) | {"kind": resource.kind}
    message = f'Operation cannot be fulfilled on {kind} "{name}": {why}'
    return ApiError(409, "Conflict", message, found)


def forbidden(resource: Resource, name: str, why: str, causes: list[Cause] | None = None) -> ApiError:
    """403 of admission or authorization about an object, or about the kind if `name` is empty."""
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    return ApiError(403, "Forbidden", f"{subject} is forbidden: {why}", details(resource, name, causes))


def unauthorized() -> ApiError:
    """401: the server does not know the caller."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def bad_request(message: str) -> ApiError:
    """400: the request is unreadable."""
    return ApiError(400, "BadRequest", message)


def method_not_allowed() -> ApiError:
    """405: the kind does not support the verb."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message)


def unrecognized(kind: str, why: str, quoted: str) -> ApiError:
    """400: the body is not the JSON of an object."""
    text = f"couldn't get version/kind; json parse error: {why} ({quoted})"
    of = f" (must be of type {kind})" if kind else ""
    return bad_request(f"the object provided is unrecognized{of}: {text}")


def too_new(version: int, current: int) -> ApiError:
    """504: the reader has seen a version that this server has not."""
    text = "Too large resource version"
    found = {"causes": [{"reason": "ResourceVersionTooLarge", "message": text}], "retryAfterSeconds": 1}
    message = f"Timeout: {text}: {version}, current: {current}"
    return ApiError(504, "Timeout", message, found, {"Retry-After": "1"})


def unsupported_media_type(supported: list[str]) -> ApiError:
    """415: a body or patch type this kind does not accept (strategic merge on custom resources)."""
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        f"{', '.join(supported)}"
    )
    return ApiError(415, "UnsupportedMediaType", message)


def unprocessable_patch() -> ApiError:
    """422: a JSON patch that does not fit the object, or whose `test` fails."""
    return ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {})


def too_many_requests(message: str, retry_after: int | None = None) -> ApiError:
    """429: throttled; `retry_after` seconds, if given, go into the header and the details."""
    if retry_after is None:
        return ApiError(429, "TooManyRequests", message)
    found = {"retryAfterSeconds": retry_after}
    return ApiError(429, "TooManyRequests", message, found, {"Retry-After": str(retry_after)})


def internal(message: str) -> ApiError:
    """500, with the real server's prefix before the cause."""
    text = f"Internal error occurred: {message}"
    return ApiError(500, "InternalError", text, {"causes": [{"message": message}]})


def expired(message: str, continue_token: str = "") -> ApiError:
    """410: a resource version or continue token that is too old; may offer an inconsistent rest."""
    metadata = {"continue": continue_token} if continue_token else None
    return ApiError(410, "Expired", message, metadata=metadata)
