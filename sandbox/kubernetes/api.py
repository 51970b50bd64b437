"""One cluster's API: authenticate, authorize, dispatch, answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.kubernetes import discovery, errors, openapi
from sandbox.kubernetes.authentication import ADMIN, Authenticator
from sandbox.kubernetes.authorization import Authorizer
from sandbox.kubernetes.bodies import read_delete_options
from sandbox.kubernetes.errors import ApiError, UnknownPath
from sandbox.kubernetes.faults import Disconnect, Faults, Traffic, strike
from sandbox.kubernetes.listing import Pages, refuse_future
from sandbox.kubernetes.objects import Objects
from sandbox.kubernetes.policy_admission import Policies
from sandbox.kubernetes.requests import Object, Request, Response, Target, User, json_response, with_warnings
from sandbox.kubernetes.reviews import REVIEWS, review
from sandbox.kubernetes.routing import resolve
from sandbox.kubernetes.store import Store
from sandbox.kubernetes.subresources import Subresources
from sandbox.kubernetes.tables import is_table_wanted, table
from sandbox.kubernetes.watching import Watch

VERSION = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.2-eks-sandbox",
    "gitCommit": "0" * 40,
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "linux/amd64",
}
_RETURNED_WHEN_DELETED = frozenset(
    {
        "csidrivers",
        "csinodes",
        "persistentvolumeclaims",
        "persistentvolumes",
        "pods",
        "resourcequotas",
        "serviceaccounts",
        "services",
        "storageclasses",
        "volumeattachments",
    }
)
"""Kinds whose delete returns the object; the others return a Status (Kubernetes API reference)."""

_PROBES = ("/healthz", "/livez", "/readyz")

Control = Callable[[dict[str, Any]], dict[str, Any]]


def _listed(target: Target, items: list[Object]) -> list[Object]:
    """List elements carry no kind, except those of custom resources, which the server does not decode."""
    if target.resource.custom:
        return items
    return [{key: obj[key] for key in obj if key not in ("apiVersion", "kind")} for obj in items]


class Api:
    """Answers requests from one store; `controls` are the handlers below `/_sandbox/`."""

    def __init__(self, store: Store, authenticator: Authenticator) -> None:
        self.store = store
        self.faults = Faults()
        self.traffic = Traffic()
        self.pages = Pages(store)
        self.stopping = threading.Event()
        self.controls: dict[str, Control] = {}
        self._authenticator = authenticator
        self._authorizer = Authorizer(store)
        self._policies = Policies(store)
        self._objects = Objects(store, self._policies)
        self._subresources = Subresources(store, self._objects, self._policies)

    def handle(self, request: Request, anonymous_admin: bool = False) -> Response:
        """The answer to any request; refusals are Status objects. Raises Disconnect if a fault requires the
        connection to close."""
        try:
            if request.path.startswith("/_sandbox/"):
                return self._control(request, anonymous_admin)
            if self.faults.unreachable:
                raise Disconnect(3600.0 if self.faults.unreachable == "hang" else 0.0)
            if request.path.startswith(("/api/v1/", "/apis/")) and request.path.count("/") > 2:
                return self._resource(request, anonymous_admin)
            return self._other(request, self._user(request, anonymous_admin))
        except ApiError as refusal:
            return with_warnings(
                json_response(refusal.status(), refusal.code, refusal.headers), request.warnings
            )
        except UnknownPath:
            return Response(404, b"404 page not found\n", "text/plain; charset=utf-8")

    def _user(self, request: Request, anonymous_admin: bool) -> User:
        if anonymous_admin and not request.headers.get("authorization"):
            return ADMIN
        return self._authenticator.user(request)

    def _resource(self, request: Request, anonymous_admin: bool) -> Response:
        user = self._user(request, anonymous_admin)
        request = replace(request, user=user)
        found = discovery.document(self.store, request.path, False)
        if found is not None and request.method == "GET":
            return self._readable(request, user, found)
        target = resolve(request)
        if not discovery.is_served(self.store, target.resource):
            raise UnknownPath(request.path)
        code = 0
        try:
            response = self._answer(request, target, user)
            code = response.status
            return with_warnings(response, request.warnings)
        except ApiError as refusal:
            code = refusal.code
            raise
        finally:
            self.traffic.count(request, target, user, code)

    def _answer(self, request: Request, target: Target, user: User) -> Response:
        fault = self.faults.take(request, target)
        if fault:
            strike(fault)
            if fault.action == "expired":
                self.pages.expire()
        self._authorizer.check(request, target, user)
        response = self._act(request, target, user)
        if fault and fault.action == "lost_answer":
            raise Disconnect
        return replace(response, pause=fault.seconds) if fault and fault.action == "drip" else response

    def _act(self, request: Request, target: Target, user: User) -> Response:
        if target.resource.plural in REVIEWS:
            body = review(self._authorizer, target.resource, request.document() or {}, user)
            return json_response(body, 201)
        if target.subresource:
            response = self._subresources.handle(request, target)
            if response is not None:
                return response
        actions: dict[str, Callable[[Request, Target], Response]] = {
            "get": self._get,
            "list": self._list,
            "watch": self._watch,
            "create": lambda request, target: self._shown(
                request, target, self._objects.create(request, target), 201
            ),
            "update": lambda request, target: self._shown(
                request, target, self._objects.replace(request, target)
            ),
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_all,
        }
        return actions[target.verb](request, target)

    def _shown(self, request: Request, target: Target, obj: Object, status: int = 200) -> Response:
        if is_table_wanted(request.headers.get("accept", "")):
            return json_response(table(target.resource, [obj], request, self.store.clock()), status)
        return json_response(obj, status)

    def _get(self, request: Request, target: Target) -> Response:
        refuse_future(request, self.store.revision)
        return self._shown(request, target, self._objects.get(target))

    def _list(self, request: Request, target: Target) -> Response:
        page = self.pages.read(request, target)
        metadata: Object = {"resourceVersion": str(page.revision)}
        if page.token:
            metadata["continue"] = page.token
            if not request.query.get("labelSelector") and not request.query.get("fieldSelector"):
                metadata["remainingItemCount"] = page.remaining
        if is_table_wanted(request.headers.get("accept", "")):
            shown = table(target.resource, page.items, request, self.store.clock())
            return json_response({**shown, "metadata": metadata})
        resource = target.resource
        kind = {"kind": f"{resource.kind}List", "apiVersion": resource.api_version}
        return json_response({**kind, "metadata": metadata, "items": _listed(target, page.items)})

    def _watch(self, request: Request, target: Target) -> Response:
        as_table = is_table_wanted(request.headers.get("accept", ""))

        def shape(obj: Object) -> Object:
            return table(target.resource, [obj], request, self.store.clock()) if as_table else obj

        watch = Watch(self.store, request, target, self.stopping, shape)
        return Response(200, watch.stream(), "application/json;stream=watch")

    def _patch(self, request: Request, target: Target) -> Response:
        obj, created = self._objects.patch(request, target)
        return self._shown(request, target, obj, 201 if created else 200)

    def _delete(self, request: Request, target: Target) -> Response:
        obj = self._objects.delete(request, target)
        if "deletionTimestamp" in obj["metadata"] or target.resource.plural in _RETURNED_WHEN_DELETED:
            return json_response(obj)
        found = errors.details(target.resource, target.name) | {"uid": obj["metadata"]["uid"]}
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": found}
        return json_response(status)

    def _delete_all(self, request: Request, target: Target) -> Response:
        read_delete_options(request)
        page = self.pages.read(request, target)
        for obj in page.items:
            meta = obj["metadata"]
            one = Target("deletecollection", target.resource, meta.get("namespace"), meta["name"])
            try:
                self._objects.delete(request, one)
            except ApiError as refusal:
                if refusal.code != 404:
                    raise
        resource = target.resource
        kind = {"kind": f"{resource.kind}List", "apiVersion": resource.api_version}
        metadata = {"resourceVersion": str(self.store.revision)}
        return json_response({**kind, "metadata": metadata, "items": _listed(target, page.items)})

    def _other(self, request: Request, user: User) -> Response:
        path = request.path.rstrip("/") or "/"
        if path.startswith(_PROBES):
            return Response(200, b"ok", "text/plain; charset=utf-8")
        if path == "/version":
            return self._readable(request, user, VERSION)
        aggregated = "as=APIGroupDiscoveryList" in request.headers.get("accept", "")
        found = discovery.document(self.store, path, aggregated)
        if found is not None:
            response = self._readable(request, user, found)
            kind = discovery.AGGREGATED if aggregated else response.content_type
            return Response(200, response.body, kind)
        if path.startswith("/openapi/") and (schema := openapi.document(self.store, path)):
            return self._readable(request, user, schema)
        self._authorizer.check_path(request, user)
        raise UnknownPath(request.path)

    def _readable(self, request: Request, user: User, document: Object) -> Response:
        self._authorizer.check_path(request, user)
        return json_response(document)

    def _control(self, request: Request, anonymous_admin: bool) -> Response:
        if not self._user(request, anonymous_admin).is_admin:
            raise errors.unauthorized()
        name = request.path.removeprefix("/_sandbox/").strip("/")
        control = self.controls.get(name)
        if control is None:
            known = ", ".join(sorted(self.controls))
            raise errors.bad_request(f"no control named {name!r}; there are: {known}")
        try:
            return json_response(control(request.document() or {}))
        except (TypeError, ValueError, KeyError) as problem:
            text = f"control {name!r} cannot do that: {type(problem).__name__}: {problem}"
            raise errors.bad_request(text) from problem
