"""Requests as data, asked of one API server after the other, and what of the answers is compared."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.contract.sandbox_kubernetes.client import MERGE_PATCH, Client

JSON = "application/json"
UID = "11111111-1111-1111-1111-111111111111"
"""One that no object has."""

_PATIENCE = 20.0
_UIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIMES = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_VERSIONS = re.compile(r"""(current: |ResourceVersion in record \(|resourceVersion\\+":\\+")\d+""")


@dataclass(frozen=True)
class Ask:
    """One request. Its answer is compared under `name`; a request without one only prepares the next.

    `show`: fields of an answered object that are compared, with dots; of a refusal, all of the Status is.
    `keep`: the word that later paths and bodies may write in angle brackets for this object's uid.
    `headers`: the answer's headers that are compared. `group`: asked as a member of this group only.
    `until`: asked again until this is the status (admission policies need a moment).
    """

    name: str
    method: str
    path: str
    body: Any = None
    content: str = JSON
    show: tuple[str, ...] = ()
    keep: str = ""
    headers: tuple[str, ...] = ()
    group: str = ""
    until: int = 0


@dataclass
class Asking:
    """One API server, and the uids that it gave."""

    client: Client
    kept: dict[str, str] = field(default_factory=dict)

    def answers(self, asks: Iterable[Ask]) -> dict[str, dict[str, Any]]:
        """Name to `code` (the HTTP status) and what is compared of each answer, in order."""
        found: dict[str, dict[str, Any]] = {}
        for ask in asks:
            answer = self._answer(ask)
            if ask.name:
                assert ask.name not in found, f"two requests are called {ask.name!r}"
                found[ask.name] = answer
        return found

    def _answer(self, ask: Ask) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE
        while True:
            answer, status = self._once(ask)
            if not ask.until or status == ask.until or time.monotonic() > deadline:
                return answer
            time.sleep(0.2)

    def _once(self, ask: Ask) -> tuple[dict[str, Any], int]:
        headers = {} if ask.body is None else {"Content-Type": ask.content}
        if ask.group:
            headers |= {"Impersonate-User": "somebody", "Impersonate-Group": ask.group}
        body = ask.body if isinstance(ask.body, str) or ask.body is None else json.dumps(ask.body)
        answer = self.client.send(ask.method, self._filled(ask.path), self._filled(body), **headers)
        try:
            document = json.loads(answer.text)
        except ValueError:
            document = answer.text
        if ask.keep and isinstance(document, dict):
            self.kept[ask.keep] = document["metadata"]["uid"]
        seen = {"code": answer.status, **_compared(ask, document)}
        for header in ask.headers:
            seen[header] = answer.headers.get(header)
        cleaned = json.dumps(seen)
        for pattern, text in ((_UIDS, "<uid>"), (_TIMES, "<time>"), (_VERSIONS, r"\1<version>")):
            cleaned = pattern.sub(text, cleaned)
        return json.loads(cleaned), answer.status

    def _filled(self, text: str | None) -> str | None:
        return text and re.sub(r"<(\w+)>", lambda found: self.kept.get(found[1], found[0]), text)


def _compared(ask: Ask, document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        return {"text": document.partition("\n")[0]}
    if document.get("kind") != "Status":
        return {path: _at(document, path.split(".")) for path in ask.show}
    kept = {key: document[key] for key in ("reason", "message", "details") if key in document}
    if isinstance(kept.get("details"), dict):
        kept["details"] = {key: value for key, value in kept["details"].items() if key != "uid"}
    return {**kept, "outcome": document.get("status")}


def _at(value: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and len(value) > int(step):
            value = value[int(step)]
        else:
            return None
    return value


def get(name: str, path: str, *show: str, **more: Any) -> Ask:
    """A GET."""
    return Ask(name, "GET", path, show=show, **more)


def post(name: str, path: str, body: Any, *show: str, **more: Any) -> Ask:
    """A POST."""
    return Ask(name, "POST", path, body, show=show, **more)


def patch(name: str, path: str, body: Any, *show: str, content: str = MERGE_PATCH, **more: Any) -> Ask:
    """A PATCH, a merge patch unless `content` says otherwise."""
    return Ask(name, "PATCH", path, body, content, show, **more)


def delete(name: str, path: str, body: Any = None, *show: str, **more: Any) -> Ask:
    """A DELETE, with DeleteOptions as its body."""
    return Ask(name, "DELETE", path, body, show=show, **more)
