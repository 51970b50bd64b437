"""The API for the commands: paths and documents in, documents out, problems as exceptions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from snapkeep_cli.api.transport import Answer, Transport
from snapkeep_cli.exit_codes import Exit, exit_of

Document = dict[str, Any]

OF_STATUS = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    413: "too_large",
    429: "throttled",
    502: "unavailable",
    503: "unavailable",
    504: "took_too_long",
}
"""The code for an answer without one, which came from a gateway or proxy rather than from the API."""


class ApiProblem(Exception):
    """The API answered with a problem."""

    def __init__(self, status: int, document: Document) -> None:
        self.status = status
        self.document = document
        self.code = str(document.get("code") or OF_STATUS.get(status, "internal"))
        super().__init__(str(document.get("detail") or document.get("message") or f"HTTP {status}"))

    @property
    def exit_code(self) -> Exit:
        """The command's exit code."""
        return exit_of(self.code)


def new_key() -> str:
    """An Idempotency-Key for a new request."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Calls the API; raises ApiProblem for a refusal, and Unreachable."""

    transport: Transport
    new_key: Callable[[], str] = new_key

    def get(self, *segments: str, **query: str | int | None) -> Document:
        """GET the path of these segments, each encoded; query parameters that are None are omitted."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return self._read(self._send("GET", _path(*segments) + (f"?{urlencode(given)}" if given else "")))

    def pages(self, key: str, *segments: str, **query: str | int | None) -> Iterator[Document]:
        """The entries under `key` on all pages of a list, fetched lazily."""
        cursor = ""
        while True:
            page = self.get(*segments, **query, cursor=cursor)
            yield from page[key]
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return

    def some(
        self, key: str, *segments: str, most: int, **query: str | int | None
    ) -> tuple[list[Document], list[Document]]:
        """The entries under `key`, more than `most` if there are more, and the pages that they are on."""
        pages = [self.get(*segments, **query, limit=min(most + 1, 100))]
        found = list(pages[0][key])
        while len(found) <= most and pages[-1].get("next_cursor"):
            cursor = pages[-1]["next_cursor"]
            pages.append(self.get(*segments, **query, limit=min(most + 1, 100), cursor=cursor))
            found += pages[-1][key]
        return found, pages

    def post(self, body: Mapping[str, Any], *segments: str) -> tuple[int, Document]:
        """POST a new request; the status distinguishes a dry run (200) from an accepted request (202)."""
        answer = self._send("POST", _path(*segments), body, {"Idempotency-Key": self.new_key()})
        return answer.status, self._read(answer)

    def put(self, body: Mapping[str, Any], *segments: str) -> Document:
        """PUT a document."""
        return self._read(self._send("PUT", _path(*segments), body))

    def delete(self, *segments: str) -> Document:
        """DELETE the resource at a path; returns what the API says of it, mostly nothing."""
        return self._read(self._send("DELETE", _path(*segments)))

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {"Accept": "application/json", **(headers or {})}
        if body is None:
            return self.transport.send(method, path, sent, "")
        sent["Content-Type"] = "application/json"
        return self.transport.send(method, path, sent, json.dumps(body))

    def _read(self, answer: Answer) -> Document:
        try:
            document = json.loads(answer.text) if answer.text else {}
        except ValueError:
            document = None
        if answer.status >= 400 or not isinstance(document, dict):
            found = document if isinstance(document, dict) else {}
            raise ApiProblem(answer.status, found or {"detail": _strange(answer)})
        return document


def _strange(answer: Answer) -> str:
    if answer.status < 400:
        return f"the answer did not come from Snapkeep's API (is the address right?): {answer.text[:200]!r}"
    return f"the API answered HTTP {answer.status} without a problem document: {answer.text[:200]!r}"


def _path(*segments: str) -> str:
    """The path of these segments. Raises ApiProblem if one is empty, because the path would then be that
    of a list.
    """
    if "" in segments:
        text = "one of the names is empty: is a shell variable unset?"
        raise ApiProblem(422, {"code": "invalid_request", "detail": text, "fix": "give every name"})
    return "/v1/" + "/".join(quote(segment, safe="") for segment in segments)
