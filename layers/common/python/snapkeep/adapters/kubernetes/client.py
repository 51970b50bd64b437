"""HTTP to one cluster: dictionaries in and out, every failure translated into Snapkeep's errors."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import urllib3

from snapkeep.adapters.kubernetes.patience import ONE_ANSWER, Stopwatch, within
from snapkeep.adapters.kubernetes.silence import why_silent
from snapkeep.domain.errors import (
    BudgetBlocks,
    ClusterUnreachable,
    NameTaken,
    NotAdmitted,
    NotFound,
    PermanentError,
    TemporaryError,
    Throttled,
)

TIMEOUTS = (2, 5)
"""Seconds to connect, and to wait for the next piece of an answer; `patience` limits the whole."""

PAGE = 500
"""Objects of a list page, kubectl's default chunk."""

SHOWN = 256
"""How many characters of a response our messages quote."""

LONG = 512
"""The same for an admission refusal, where the figures of a quota come last."""

RBAC = re.compile(r'User "[^"]*" cannot ')
"""How a refusal by the RBAC authorizer reads."""

OWN_POLICY = "denied request: functions of Snapkeep "
"""How a refusal by the admission policies that `snapkeep manifests` prints begins."""

CONTENT_TYPES = {"PATCH": "application/merge-patch+json"}

Document = dict[str, Any]
Query = Mapping[str, str | int]


@dataclass(frozen=True)
class Answer:
    """An HTTP response: status, headers and JSON document ({} when the body is not JSON)."""

    status: int
    headers: Mapping[str, str]
    document: Document
    text: str


class ExpiredPage(TemporaryError):
    """The continue token of a list is too old (410 Gone); the list must be read again."""


class Tokens(Protocol):
    """Where bearer tokens come from (`token.TokenSource`)."""

    def token(self) -> str:
        """A token that is valid now."""

    def drop(self) -> None:
        """Forget the token: the cluster refused it."""


class Transport(Protocol):
    """The one method used of the official ApiClient; raises urllib3's HTTPError or OSError."""

    def call_api(
        self, method: str, url: str, header_params: Any, body: Any, *, _request_timeout: tuple[int, int]
    ) -> Any:
        """Send a request; the response has `status`, `headers` and `read()`."""


class KubernetesClient:
    """Calls the API of one cluster with a bearer token that is renewed in time."""

    def __init__(
        self,
        cluster: str,
        endpoint: str,
        http: Transport,
        tokens: Tokens,
        on_unreachable: Callable[[], None] = lambda: None,
        stopwatch: Stopwatch = time.monotonic,
    ) -> None:
        """`on_unreachable` is called whenever the cluster does not answer."""
        self.cluster = cluster
        self._endpoint = endpoint.rstrip("/")
        self._http = http
        self._tokens = tokens
        self._on_unreachable = on_unreachable
        self._stopwatch = stopwatch

    def get(self, path: str, query: Query | None = None) -> Document:
        """The document at a path. Raises NotFound, PermanentError, Throttled or ClusterUnreachable."""
        return self._call("GET", path, query or {})

    def create(self, path: str, body: Document) -> Document:
        """POST an object. Raises NameTaken when one with its name exists, and what `get` raises."""
        return self._call("POST", path, {}, body)

    def patch(self, path: str, body: Document) -> Document:
        """Merge `body` into an object. If it holds a resourceVersion, NameTaken means that the object has
        changed since.

        https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
        """
        return self._call("PATCH", path, {}, body)

    def delete(self, path: str, uid: str = "", grace_seconds: int | None = None, version: str = "") -> None:
        """DELETE an object; one that is gone is success.

        With a `uid` it deletes only the object with that UID; with a `version`, only an object that still has
        this resourceVersion. Raises NameTaken (409) for any other object, and what `get` raises.
        https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
        """
        given = {"uid": uid, "resourceVersion": version}
        preconditions = {field: value for field, value in given.items() if value}
        body: Document = {"preconditions": preconditions} if preconditions else {}
        body |= {"gracePeriodSeconds": grace_seconds} if grace_seconds is not None else {}
        try:
            self._call("DELETE", path, {}, body or None)
        except NotFound:
            return

    def list(self, path: str, query: Query | None = None) -> Iterator[Document]:
        """All objects of a kind, page by page; a `limit` in the query sets the size of pages.

        A list whose continue token expired is read again once, without yielding an object twice; then
        TemporaryError is raised. The objects yielded before an error are incomplete.
        https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
        """
        seen: set[str] = set()
        for attempt in (1, 2):
            try:
                for item in self._pages(path, query or {}):
                    if item["metadata"]["uid"] not in seen:
                        seen.add(item["metadata"]["uid"])
                        yield item
                return
            except ExpiredPage:
                if attempt == 2:
                    raise

    def _pages(self, path: str, query: Query) -> Iterator[Document]:
        token = ""
        while True:
            page = self.get(path, {"limit": PAGE, **query} | ({"continue": token} if token else {}))
            yield from page.get("items") or []
            token = page.get("metadata", {}).get("continue") or ""
            if not token:
                return

    def _call(self, method: str, path: str, query: Query, body: Document | None = None) -> Document:
        url = self._endpoint + path + (f"?{urlencode(query)}" if query else "")
        answer = self._send(method, url, body)
        if answer.status == 401:
            self._tokens.drop()
            answer = self._send(method, url, body)
        if 200 <= answer.status < 300:
            return answer.document
        raise self._error(method, path, answer)

    def _send(self, method: str, url: str, body: Document | None) -> Answer:
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self._tokens.token()}",
            "User-Agent": "snapkeep",
        } | ({"Content-Type": CONTENT_TYPES.get(method, "application/json")} if body is not None else {})
        try:
            with within(ONE_ANSWER, self._stopwatch):
                response = self._http.call_api(method, url, headers, body, _request_timeout=TIMEOUTS)
                text = (response.read() or b"").decode("utf-8", "replace")
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self._on_unreachable()
            reason = f"the Kubernetes API of {self.cluster} did not answer: {why_silent(error)}"
            raise ClusterUnreachable(reason) from error
        return Answer(response.status, response.headers, _document(text), text)

    def _error(self, method: str, path: str, answer: Answer) -> Exception:
        said = _cut(str(answer.document.get("message") or answer.text))
        where = f"{self.cluster}: {method} {path}"
        status = answer.status
        match status:
            case 401:
                return ClusterUnreachable(
                    f"{self.cluster} does not know our role: {said}. Its access entry is missing or new"
                )
            case 400 | 403 | 422 if why := _not_admitted(str(answer.document.get("message") or ""), status):
                return NotAdmitted(f"{where} is refused: {why}")
            case 403:
                return PermanentError(
                    f"{where} is not allowed: {said}. Apply what `snapkeep manifests` prints"
                )
            case 404:
                return NotFound(f"{where}: not found: {said}")
            case 409:
                return NameTaken(f"{where}: {said}")
            case 410:
                return ExpiredPage(f"{where}: the list expired while it was read: {said}")
            case 429 | 500 if budget := _budget(answer.document):
                return BudgetBlocks(budget)
            case 429:
                return Throttled(f"{where}: too many requests: {said}", _retry_after(answer.headers))
            case status if status >= 500:
                return ClusterUnreachable(f"{where}: server error {status}: {said}")
            case status:
                return PermanentError(f"{where}: refused with {status}: {said}")


class ClusterPart:
    """One part of what an adapter does in a cluster; the parts of a cluster share its client."""

    def __init__(self, client: KubernetesClient) -> None:
        self._client = client


def _document(text: str) -> Document:
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _not_admitted(message: str, status: int) -> str:
    """Why admission refused an object that RBAC allows, and what to do; "" for any other refusal.

    RBAC says `User "…" cannot …`; admission has other texts and uses 403, except that webhooks and policies
    may choose any status.
    https://kubernetes.io/docs/concepts/policy/resource-quotas/
    https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response
    """
    quota = message.find("exceeded quota:")
    if quota >= 0:
        return f"{_cut(message[quota:], LONG)}. Raise the quota, or delete what counts against it"
    if "because it is being terminated" in message:
        return f"{_cut(message)}. Wait until the namespace is gone and create it again"
    if OWN_POLICY in message:
        mend = (
            "Apply what `snapkeep manifests` prints; delete objects that are not Snapkeep's by hand if they "
            "are no longer needed"
        )
        return f"{_cut(message, LONG)}. {mend}"
    if " denied the request" in message or " denied request: " in message:
        return f"{_cut(message, LONG)}. Let that webhook or policy allow it"
    if status == 403 and not RBAC.search(message) and "forbidden: " in message:
        return f"{_cut(message, LONG)}. Admission control refused it, not RBAC"
    return ""


def _budget(document: Document) -> str:
    """What a refused eviction says about the pod's disruption budgets; "" for any other refusal.

    https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#how-api-initiated-eviction-works
    """
    causes = (document.get("details") or {}).get("causes") or []
    said = [each.get("message", "") for each in causes if each.get("reason") == "DisruptionBudget"]
    if not said and "PodDisruptionBudget" in str(document.get("message")):
        said = [str(document["message"])]
    return _cut("; ".join(said))


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """The Retry-After time, at most 15 minutes; 10 seconds when the response has none."""
    text = headers.get("Retry-After", "")
    return timedelta(seconds=min(int(text), 900)) if text.isdecimal() else timedelta(seconds=10)


def _cut(text: str, limit: int = SHOWN) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
