"""Turn a write's body into an object: check its kind, report unknown fields, refuse mistyped ones.

Texts and their order: the answers of kube-apiserver 1.36.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.kubernetes import errors
from sandbox.kubernetes.causes import Causes, invalid_value, not_supported, wrong_type
from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.fields import Decoded, decode
from sandbox.kubernetes.json_text import parse, shown
from sandbox.kubernetes.requests import Request, Target
from sandbox.kubernetes.resources import RESOURCES, Resource
from sandbox.kubernetes.snapshot_rules import UNCHECKED

Object = dict[str, Any]

_STRICTNESS = ["", "Ignore", "Strict", "Warn"]
_PROPAGATION = ["Foreground", "Background", "Orphan"]
_OPTIONS = {
    "POST": "CreateOptions",
    "PUT": "UpdateOptions",
    "PATCH": "PatchOptions",
    "DELETE": "DeleteOptions",
}
_SCHEME = 'in scheme "pkg/runtime/scheme.go:111"'


def check_options(request: Request) -> None:
    """Raise ApiError 422 for invalid values of `dryRun` and `fieldValidation`."""
    causes: Causes = []
    if request.query.get("dryRun", "All") not in ("", "All"):
        causes += not_supported("dryRun", [request.query["dryRun"]], ["All"])
    if request.method != "DELETE" and request.query.get("fieldValidation", "") not in _STRICTNESS:
        causes += not_supported("fieldValidation", request.query["fieldValidation"], _STRICTNESS)
    if causes:
        raise errors.invalid_options(_OPTIONS[request.method], causes)


def read_object(request: Request, target: Target) -> Object:
    """The object of a POST or PUT, with the target's kind and namespace. Raises ApiError
    400, 415 or 422."""
    resource = target.resource
    obj = read_body(request, resource.api_version, resource.kind, resource if resource.custom else None)
    meta = obj.setdefault("metadata", {})
    if target.namespace is not None and meta.get("namespace", target.namespace) != target.namespace:
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if target.namespace is not None:
        meta["namespace"] = target.namespace
    else:
        meta.pop("namespace", None)
    if target.name and meta.setdefault("name", target.name) != target.name:
        raise errors.bad_request(
            f"the name of the object ({meta['name']}) does not match the name on the URL ({target.name})"
        )
    return obj


def read_body(request: Request, api_version: str, kind: str, custom: Resource | None = None) -> Object:
    """The body as an object of `kind`, or of the `custom` resource. Raises ApiError 400, 415 or 422."""
    check_options(request)
    if not request.body:
        raise errors.unrecognized(kind, "unexpected end of JSON input", "<empty>")
    obj = request.document(kind)
    if not isinstance(obj, dict):
        why = f"json: cannot unmarshal {_NAMES.get(type(obj), 'null')} into {_GO_VALUE}"
        raise errors.unrecognized(kind, why, shown(request.body))
    if custom:
        _check_custom_kind(obj, custom, request)
    else:
        _check_kind(obj, api_version, kind)
    obj["apiVersion"], obj["kind"] = api_version, kind
    decoded = decode(f"{api_version}/{kind}", obj)
    if custom:
        _refuse_mistyped(custom, decoded)
    cannot = f'{kind} in version "{api_version.rpartition("/")[2]}" cannot be handled as a {kind}'
    if decoded.mistyped and not custom:
        raise errors.bad_request(f"{cannot}: {decoded.mistyped[0].text}")
    if told := _told(request, decoded, bool(custom)):
        raise errors.bad_request(f"{cannot}: {told}")
    return decoded.obj  # type: ignore[no-any-return]


def read_patch(request: Request) -> Any:
    """The body of a merge, strategic or JSON patch. Raises ApiError 400 or 422."""
    check_options(request)
    try:
        return parse(request.body)
    except ValueError as problem:
        raise errors.bad_request(f"error decoding patch: {problem}") from problem


def read_patched(request: Request, resource: Resource, patched: Any, patch: Any) -> Object:
    """A patched object, decoded anew. Raises ApiError 400 or 422."""
    if not isinstance(patched, dict):
        raise errors.unprocessable_patch()
    decoded = decode(f"{resource.api_version}/{resource.kind}", patched)
    if resource.custom:
        _refuse_mistyped(resource, decoded)
    told = decoded.mistyped[0].text if decoded.mistyped else _told(request, decoded, resource.custom)
    if told:
        shown_patch = json.dumps(patched, separators=(",", ":"))
        if request.content_type == "application/strategic-merge-patch+json":
            shown_patch = _as_go_map(patch)
        raise errors.invalid_patch(invalid_value("patch", shown_patch, told))
    return decoded.obj  # type: ignore[no-any-return]


def read_applied(request: Request, target: Target) -> Object:
    """A server-side apply's configuration, which may hold only fields of its kind. Raises
    ApiError 400, 422 or 500."""
    check_options(request)
    config = request.document()
    if not isinstance(config, dict):
        raise errors.bad_request("error decoding YAML: the configuration is not an object")
    resource = target.resource
    given = (config.get("apiVersion", ""), config.get("kind", ""))
    if given != (resource.api_version, resource.kind):
        text = f"{given[0]}, Kind={given[1]}"
        wanted = f"{resource.api_version}, Kind={resource.kind}"
        raise errors.bad_request(f"the kind in the data ({text}) does not match the expected kind ({wanted})")
    decoded = decode(f"{resource.api_version}/{resource.kind}", config)
    wrong = [f".{path}: field not declared in schema" for path in decoded.unknown]
    wrong += [f".{each.path}: expected {each.should}" for each in decoded.mistyped]
    if wrong:
        place = f"{target.namespace or ''}/{target.name}; {resource.group}/{resource.version}"
        text = f"failed to create typed patch object ({place}, Kind={resource.kind}): {wrong[0]}"
        raise ApiError(500, "", text)
    return decoded.obj  # type: ignore[no-any-return]


def read_delete_options(request: Request) -> Object:
    """A DELETE's DeleteOptions. Raises ApiError 400, 415 or 422."""
    check_options(request)
    options = request.document("DeleteOptions") or {}
    if not isinstance(options, dict):
        raise errors.bad_request("the body of a DELETE must be DeleteOptions")
    kind = options.get("kind", "DeleteOptions")
    if kind != "DeleteOptions":
        version = str(options.get("apiVersion", "")).rpartition("/")[2]
        raise errors.bad_request(f'no kind "{kind}" is registered for version "{version}" {_SCHEME}')
    decoded = decode("v1/DeleteOptions", options)
    if decoded.mistyped:
        raise errors.bad_request(decoded.mistyped[0].text)
    policy = decoded.obj.get("propagationPolicy", "")
    if policy and policy not in _PROPAGATION:
        causes = not_supported("propagationPolicy", policy, [*_PROPAGATION, "nil"])
        raise errors.invalid_options("DeleteOptions", causes)
    return decoded.obj  # type: ignore[no-any-return]


_GO_VALUE = (
    r'Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string '
    r'"json:\"kind,omitempty\"" }'
)
_NAMES = {list: "array", str: "string", int: "number", float: "number", bool: "bool"}


def _check_kind(obj: Object, api_version: str, kind: str) -> None:
    given, version = str(obj.get("kind") or kind), str(obj.get("apiVersion") or api_version)
    if (version, given) == (api_version, kind):
        return
    short = version.rpartition("/")[2]
    cannot = f'{given} in version "{short}" cannot be handled as a {kind}'
    known = any(
        row.kind == given and row.api_version == version for row in RESOURCES.values() if not row.custom
    )
    if not known:
        raise errors.bad_request(
            f'{cannot}: no kind "{given}" is registered for version "{version}" {_SCHEME}'
        )
    wanted = api_version.rpartition("/")[0].partition(".")[0] or "core"
    raise errors.bad_request(
        f"{cannot}: converting ({short}.{given}) to ({wanted}.{kind}): unknown conversion"
    )


def _check_custom_kind(obj: Object, resource: Resource, request: Request) -> None:
    for field, word in (("kind", "Kind"), ("apiVersion", "apiVersion")):
        if not obj.get(field):
            text = f"Object '{word}' is missing in '{request.body.decode(errors='replace')}'"
            quoted = shown(request.body)
            raise errors.bad_request(
                f"the object provided is unrecognized (must be of type {resource.kind}): {text} ({quoted})"
            )
    if obj["apiVersion"] != resource.api_version:
        raise errors.bad_request(
            f"the API version in the data ({obj['apiVersion']}) does not match the expected API version "
            f"({resource.api_version})"
        )
    if obj["kind"] != resource.kind:
        causes = invalid_value("kind", obj["kind"], f"must be {resource.kind}")
        named = f"{obj['kind']}.{resource.group}"
        raise errors.invalid_as(named, resource, _name(obj), causes)


def _name(obj: Any) -> str:
    meta = obj.get("metadata")
    return str(meta.get("name") or "") if isinstance(meta, dict) else ""


def _refuse_mistyped(resource: Resource, decoded: Decoded) -> None:
    """A custom resource breaks its schema: 422, listing what was left unchecked."""
    causes: Causes = []
    for each in decoded.mistyped:
        causes += wrong_type(each.path, each.is_, each.should)
    if causes:
        causes += invalid_value("<nil>", None, UNCHECKED)
        raise errors.invalid(resource, _name(decoded.obj), causes)


def _told(request: Request, decoded: Decoded, is_sorted: bool) -> str:
    """Warn of unknown and repeated fields, or, if the request is strict, return the refusal text."""
    unknown = sorted(decoded.unknown) if is_sorted else decoded.unknown
    found = [f'unknown field "{path}"' for path in unknown]
    found += [f'duplicate field "{path}"' for path in decoded.repeated]
    strictness = request.query.get("fieldValidation") or "Warn"
    if strictness == "Warn":
        request.warnings.extend(found)
    return f"strict decoding error: {', '.join(found)}" if found and strictness == "Strict" else ""


def _as_go_map(value: Any) -> str:
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_as_go_map(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_as_go_map, value))}]"
    return "<nil>" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
