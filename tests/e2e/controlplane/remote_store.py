"""The API server as the lab's store: what `sandbox.lab` asks of a Store, over HTTPS as the administrator."""

from __future__ import annotations

import copy
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import AlreadyExists, NotFound

Object = dict[str, Any]
JSON = "application/json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
SECONDS = 30
TRIES = 20
"""How often a write is tried again that somebody else overtook."""


class Refused(RuntimeError):
    """The API server answered with an error: `code` is its HTTP status, the text its answer."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class RemoteStore:
    """Reads and writes objects by their plural name. NotFound, AlreadyExists and Refused are raised."""

    def __init__(self, url: str, token: str, authority: Path) -> None:
        self.url = url
        self._token = token
        self._speaks_for: dict[str, str] = {}
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(authority))),
        )

    def speaking_for(self, group: str) -> RemoteStore:
        """The same store, but as somebody of this group and no other."""
        other = copy.copy(self)
        other._speaks_for = {"Impersonate-User": f"one-of-{group}", "Impersonate-Group": group}
        return other

    def clock(self) -> datetime:
        """The API server's time is the machine's."""
        return datetime.now(UTC)

    def is_ready(self) -> bool:
        """Whether the API server says that it is."""
        request = urllib.request.Request(f"{self.url}/readyz", headers=self._headers(JSON))
        try:
            with self._opener.open(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def create(self, resource: str, namespace: str | None, obj: Object) -> Object:
        """Create an object; a node's status is written as its kubelet would."""
        row = RESOURCES[resource]
        body = {**obj, "apiVersion": row.api_version, "kind": row.kind}
        made = self.call("POST", path_of(resource, namespace), body)
        if resource == "nodes" and "status" in obj:
            status = path_of(resource, None, made["metadata"]["name"], "status")
            made = self.call("PATCH", status, {"status": obj["status"]}, STRATEGIC)
        return made

    def get(self, resource: str, namespace: str | None, name: str) -> Object:
        """The object of that name."""
        return self.call("GET", path_of(resource, namespace, name))

    def list(self, resource: str, namespace: str | None = None) -> list[Object]:
        """All objects of a kind, in one namespace or everywhere."""
        items: list[Object] = self.call("GET", path_of(resource, namespace))["items"]
        return items

    def update(
        self, resource: str, namespace: str | None, name: str, change: Callable[[Object], Any]
    ) -> Object:
        """Change the newest version of an object, again when somebody else was faster."""
        for _ in range(TRIES):
            obj = self.get(resource, namespace, name)
            change(obj)
            try:
                return self.call("PUT", path_of(resource, namespace, name), obj)
            except Refused as refused:
                if refused.code != 409:
                    raise
                time.sleep(0.05)
        raise Refused(409, f"{resource} {name} changed {TRIES} times while it was being changed")

    def patch(
        self, resource: str, namespace: str | None, name: str, body: Object, how: str = MERGE, sub: str = ""
    ) -> Object:
        """Merge fields into an object, or into its subresource `sub`."""
        return self.call("PATCH", path_of(resource, namespace, name, sub), body, how)

    def delete(
        self, resource: str, namespace: str | None, name: str, options: Object | None = None
    ) -> Object:
        """Ask for the deletion of an object, with DeleteOptions if given."""
        body = options and {"apiVersion": "v1", "kind": "DeleteOptions", **options}
        return self.call("DELETE", path_of(resource, namespace, name), body)

    def call(self, method: str, path: str, body: Object | None = None, content: str = JSON) -> Object:
        """One request to any path of the API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data=data, method=method, headers=self._headers(content)
        )
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                found: Object = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            raise _refusal(f"{method} {path}", error.code, error.read().decode(errors="replace")) from error

    def _headers(self, content: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "Content-Type": content, **self._speaks_for}


def path_of(resource: str, namespace: str | None, name: str = "", sub: str = "") -> str:
    """The path of a collection, an object or a subresource; `resource` is the plural."""
    row = RESOURCES[resource]
    start = f"/apis/{row.group}/{row.version}" if row.group else f"/api/{row.version}"
    place = f"/namespaces/{namespace}" if row.namespaced and namespace else ""
    return "/".join([f"{start}{place}/{resource}", *filter(None, (name, sub))])


def _refusal(what: str, code: int, text: str) -> Exception:
    """The store's own errors where it has one, else Refused."""
    if code == 404:
        return NotFound(what, what, text)
    if code == 409 and '"reason":"AlreadyExists"' in text.replace(" ", ""):
        return AlreadyExists(what, what, text)
    return Refused(code, f"{what}: {code} {text[:600]}")
