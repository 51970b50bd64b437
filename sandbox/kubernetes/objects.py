"""Create, change and delete one object: everything between a readable request and the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.kubernetes import errors
from sandbox.kubernetes.admission import check_resize, refuse_terminating
from sandbox.kubernetes.apply import apply_object
from sandbox.kubernetes.bodies import (
    read_applied,
    read_delete_options,
    read_object,
    read_patch,
    read_patched,
)
from sandbox.kubernetes.causes import invalid_value, required
from sandbox.kubernetes.defaults import complete, set_defaults
from sandbox.kubernetes.limits import refuse_out_of_bounds
from sandbox.kubernetes.patches import json_patch, merge_patch, strategic_patch
from sandbox.kubernetes.policy_admission import Policies
from sandbox.kubernetes.preconditions import check_again, check_preconditions
from sandbox.kubernetes.quotas import QUOTAS, count, refuse_exceeded
from sandbox.kubernetes.requests import Object, Request, Target
from sandbox.kubernetes.store import AlreadyExists, NotFound, Store, copy, generated_name
from sandbox.kubernetes.validation import check_changed, check_new

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

_PATCHES: dict[str, Callable[[Any, Any], Any]] = {
    JSON_PATCH: json_patch,
    MERGE_PATCH: merge_patch,
    STRATEGIC_PATCH: strategic_patch,
}


class Objects:
    """The API's write side, on one store."""

    def __init__(self, store: Store, policies: Policies) -> None:
        self._store = store
        self._policies = policies

    def get(self, target: Target) -> Object:
        """The stored object, read-only. Raises ApiError 404."""
        try:
            return self._store.peek(target.resource.plural, target.namespace, target.name)
        except NotFound as problem:
            raise errors.not_found(target.resource, target.name) from problem

    def create(self, request: Request, target: Target) -> Object:
        """Store a new object. Raises ApiError 400, 403, 404 (namespace), 409 or 422."""
        return self._create(request, target, read_object(request, target))

    def _create(self, request: Request, target: Target, obj: Object) -> Object:
        refuse_terminating(self._store, target, obj)
        classes = self._store.peek_all("storageclasses")[0]
        set_defaults(target.resource, obj, classes)
        check_new(target.resource, obj)
        if not obj["metadata"].get("name"):
            obj["metadata"]["name"] = generated_name(obj["metadata"]["generateName"])
        with self._store.changed:  # two writers must not both take the last of a quota
            refuse_out_of_bounds(self._store, target, obj)
            self._policies.check(request, target, "CREATE", obj)
            refuse_exceeded(self._store, target, obj)
            if request.flag("dryRun"):
                return self._rehearse(target, obj)
            try:
                made = self._store.create(target.resource.plural, target.namespace, obj)
            except AlreadyExists as problem:
                raise errors.already_exists(target.resource, problem.name) from problem
        return self._counted(target, made)

    def _counted(self, target: Target, obj: Object) -> Object:
        """Count a new object in its quotas before its writer sees it; a new quota gets its status."""
        count(self._store, target.namespace, target.resource.plural)
        if target.resource.plural != QUOTAS:
            return obj
        return self._store.get(QUOTAS, target.namespace, obj["metadata"]["name"])

    def replace(self, request: Request, target: Target) -> Object:
        """PUT: the body replaces the object. Raises ApiError 404, 409 or 422."""
        wanted = read_object(request, target)
        return self._change(request, target, lambda old: wanted)[0]

    def patch(self, request: Request, target: Target) -> tuple[Object, bool]:
        """Any of the four patch types; return the object and whether apply created it. Raises ApiError
        404, 409, 415 or 422."""
        kind = request.content_type
        supported = [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]
        if not target.resource.custom:
            supported.append(STRATEGIC_PATCH)
        if kind not in supported:
            if not target.resource.custom:  # go-restful refuses it before the API server
                raise errors.ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
            raise errors.unsupported_media_type(supported)
        if kind == APPLY_PATCH:
            return self._apply(request, target)
        patch = read_patch(request)
        if isinstance(patch, list) != (kind == JSON_PATCH):
            given = "array" if isinstance(patch, list) else "object"
            wanted = "[]handlers.jsonPatchOp" if kind == JSON_PATCH else "map[string]interface {}"
            raise errors.bad_request(
                f"error decoding patch: json: cannot unmarshal {given} into Go value of type {wanted}"
            )
        change = _PATCHES[kind]
        return self._change(
            request, target, lambda old: read_patched(request, target.resource, change(old, patch), patch)
        )

    def delete(self, request: Request, target: Target) -> Object:
        """Delete, or mark for deletion, and return the object as it was left. Raises ApiError 403, 404,
        409 or 422."""

        def asked(obj: Object) -> None:
            self._policies.check(request, target, "DELETE", None, obj)

        return self.delete_with(request, target, read_delete_options(request), asked)

    def delete_with(
        self, request: Request, target: Target, options: Object, check: Callable[[Object], None] | None = None
    ) -> Object:
        """Like `delete`, with DeleteOptions from inside another body, and no policy but `check`."""
        obj = self.get(target)
        wanted = options.get("preconditions") or {}
        check_preconditions(target, obj, wanted)
        if target.resource.plural == "namespaces" and target.name in (
            "default",
            "kube-system",
            "kube-public",
        ):
            raise errors.forbidden(target.resource, target.name, "this namespace may not be deleted")
        if check:
            check(obj)
        if request.flag("dryRun"):
            return obj
        if options.get("propagationPolicy") == "Orphan":
            self._orphan(obj["metadata"]["uid"])
        grace = grace_seconds(target, obj, request, options)
        try:
            self._store.delete(
                target.resource.plural,
                target.namespace,
                target.name,
                grace,
                lambda now: check_again(target, obj, now, wanted, check),
            )
            return self._store.peek(target.resource.plural, target.namespace, target.name)
        except NotFound:
            return obj

    def check_preconditions(self, target: Target, options: Object) -> None:
        """Raise ApiError 404, or 409 if the object is not the one that the DeleteOptions name."""
        check_preconditions(target, self.get(target), options.get("preconditions") or {})

    def _apply(self, request: Request, target: Target) -> tuple[Object, bool]:
        manager = request.query.get("fieldManager", "")
        if not manager:
            causes = required("fieldManager", "is required for apply patch")
            raise errors.invalid_options("PatchOptions", causes)
        config = read_applied(request, target)
        force, now = request.flag("force"), self._store.clock()

        def merged(old: Object | None) -> Object:
            return apply_object(target.resource, old, config, manager, force, now)

        try:
            self._store.peek(target.resource.plural, target.namespace, target.name)
        except NotFound:
            obj = merged(None)
            obj["metadata"]["name"] = target.name
            return self._create(request, target, obj), True
        return self._change(request, target, merged)

    def _change(self, request: Request, target: Target, make: Any) -> tuple[Object, bool]:
        def change(obj: Object) -> None:
            new = self._settle(request, target, obj, make(copy(obj)))
            obj.clear()
            obj.update(new)

        resource = target.resource.plural
        try:
            if request.flag("dryRun"):
                obj = self._store.get(resource, target.namespace, target.name)
                change(obj)
                return obj, False
            return self._store.update(resource, target.namespace, target.name, change), False
        except NotFound as problem:
            raise errors.not_found(target.resource, target.name) from problem

    def _settle(self, request: Request, target: Target, old: Object, new: Object) -> Object:
        """The object to store: restore what a writer may not change, and check the rest."""
        wanted = new.get("metadata") or {}
        _check_version(target, old, wanted)
        resource = target.resource
        custom_status = target.subresource == "status" and resource.custom
        kept = copy(old)
        settled = {**kept, "status": new.get("status")} if custom_status else {**new}
        settled["apiVersion"], settled["kind"] = old["apiVersion"], old["kind"]
        settled["metadata"] = kept["metadata"] if custom_status else _metadata(kept["metadata"], wanted)
        if target.subresource == "status":
            _restore(settled, kept, "spec")
        elif "status" in resource.subresources:
            _restore(settled, kept, "status")
        if settled.get("status", ...) is None:
            del settled["status"]
        complete(target.resource, settled)
        check_resize(self._store, target, old, settled)
        check_changed(resource, old, settled)
        if not target.subresource:
            refuse_out_of_bounds(self._store, target, settled)
        self._policies.check(request, target, "UPDATE", settled, old)
        if not target.subresource:
            refuse_exceeded(self._store, target, settled, old)
        return settled

    def _rehearse(self, target: Target, obj: Object) -> Object:
        """A dry-run create: what a scratch store would make of it, alongside what exists."""
        name = obj["metadata"].get("name")
        if name and any(
            row["metadata"]["name"] == name
            for row in self._store.peek_all(target.resource.plural, target.namespace)[0]
        ):
            raise errors.already_exists(target.resource, name)
        return Store(self._store.clock).create(target.resource.plural, target.namespace, obj)

    def _orphan(self, owner: str) -> None:
        """propagationPolicy Orphan: the dependents stay and lose their reference."""

        def release(obj: Object) -> None:
            rows = obj["metadata"]["ownerReferences"]
            obj["metadata"]["ownerReferences"] = [row for row in rows if row.get("uid") != owner]

        for resource, obj in self._store.dependents(owner):
            self._store.update(resource, obj["metadata"].get("namespace"), obj["metadata"]["name"], release)


def grace_seconds(target: Target, pod: Object, request: Request, options: Object) -> int:
    """How many seconds a pod may take to stop; 0 for other kinds and for pods never placed on a node."""
    if target.resource.plural != "pods" or not pod.get("spec", {}).get("nodeName"):
        return 0
    if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return 0
    given = options.get("gracePeriodSeconds", request.query.get("gracePeriodSeconds"))
    return int(pod["spec"].get("terminationGracePeriodSeconds", 30) if given is None else given)


def _metadata(old: Object, wanted: Object) -> Object:
    """The writer controls labels, annotations, finalizers and owners; the server controls the rest."""
    kept = {**wanted}
    for field in ("name", "namespace", "uid", "creationTimestamp", "resourceVersion", "generation"):
        _restore(kept, old, field)
    for field in ("deletionTimestamp", "deletionGracePeriodSeconds", "generateName"):
        _restore(kept, old, field)
    for field in ("labels", "annotations", "finalizers", "ownerReferences"):
        if not kept.get(field):
            kept.pop(field, None)
    if "managedFields" not in kept:
        _restore(kept, old, "managedFields")
    return kept


def _restore(new: Object, old: Object, field: str) -> None:
    if field in old:
        new[field] = old[field]
    else:
        new.pop(field, None)


def _check_version(target: Target, old: Object, wanted: Object) -> None:
    uid, version = wanted.get("uid"), wanted.get("resourceVersion")
    if version and not version.isdecimal():
        raise errors.ApiError(500, "", f'strconv.ParseUint: parsing "{version}": invalid syntax')
    if version and version != old["metadata"]["resourceVersion"]:
        raise errors.conflict(target.resource, target.name)
    if uid and uid != old["metadata"]["uid"]:
        causes = invalid_value("metadata.uid", uid, "field is immutable")
        raise errors.invalid(target.resource, target.name, causes + causes)
