"""What is asked about claims: creating, changing, deleting, and bodies that are none."""

from __future__ import annotations

from tests.contract.api_server.asking import UID, Ask, delete, get, patch, post
from tests.contract.api_server.objects import CLAIMS, SNAPSHOTS, claim, labelled
from tests.contract.sandbox_kubernetes.client import JSON_PATCH, STRATEGIC_PATCH

_SNAPSHOT = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"}
_KINDLESS = {key: claim("c5")[key] for key in ("metadata", "spec")}
_UNKNOWN = {**claim("c3"), "nope": 1}
_TWO = claim("c4", accessModes=["ReadWriteOnce", "ReadWriteOncePod"])

CREATING: tuple[Ask, ...] = (
    post("create a claim", CLAIMS, claim("c1"), "kind", "metadata.generation", "spec", "status", keep="c1"),
    get("its finalizers", f"{CLAIMS}/c1", "metadata.finalizers"),
    post("create it again", CLAIMS, claim("c1")),
    post("bad name", CLAIMS, claim("Bad_Name")),
    post("name too long", CLAIMS, claim("x" * 254)),
    post("no size", CLAIMS, {**claim("c2"), "spec": {"accessModes": ["ReadWriteOnce"]}}),
    post("bad size", CLAIMS, claim("c2", "1Gigs")),
    post("zero size", CLAIMS, claim("c2", "0")),
    post("bad access mode", CLAIMS, claim("c2", accessModes=["Often"])),
    post("access modes that exclude each other", CLAIMS, _TWO),
    post("bad volume mode", CLAIMS, claim("c2", volumeMode="Some")),
    post("bad label", CLAIMS, labelled(claim("c2"), a="b c")),
    post("label too long", CLAIMS, labelled(claim("c2"), a="b" * 64)),
    post("label that is a number", CLAIMS, labelled(claim("c2"), a=5)),
    post("unknown field", CLAIMS, _UNKNOWN, "metadata.name", "nope", headers=("Warning",)),
    post("unknown field, strict", f"{CLAIMS}?fieldValidation=Strict", _UNKNOWN),
    post(
        "unknown field, ignored",
        f"{CLAIMS}?fieldValidation=Ignore&dryRun=All",
        {**claim("c4"), "nope": 1},
        headers=("Warning",),
    ),
    post("a strictness that there is not", f"{CLAIMS}?fieldValidation=Some", claim("c4")),
    post("a dry run that there is not", f"{CLAIMS}?dryRun=Some", claim("c4")),
    post("a number for a string", CLAIMS, claim("c4", storageClassName=5)),
    post("a list for an object", CLAIMS, {**claim("c4"), "spec": []}),
    post(
        "wrong namespace in the body",
        CLAIMS,
        {**claim("c4"), "metadata": {"name": "c4", "namespace": "default"}},
    ),
    post("wrong kind in the body", CLAIMS, {**claim("c4"), "kind": "Pod"}),
    post("a kind that there is not", CLAIMS, {**claim("c4"), "kind": "Nope"}),
    post("a version that there is not", CLAIMS, {**claim("c4"), "apiVersion": "v2"}),
    post("no kind in the body", CLAIMS, _KINDLESS, "kind", "metadata.name"),
    post("broken JSON", CLAIMS, "{nope"),
    post("JSON with something after it", CLAIMS, "{} x"),
    post("a list for a body", CLAIMS, "[]"),
    post("no body", CLAIMS, ""),
    post("YAML that says it is JSON", CLAIMS, "kind: PersistentVolumeClaim"),
    post(
        "a key that comes twice", f"{CLAIMS}?fieldValidation=Strict", '{"metadata":{"name":"c4","name":"c5"}}'
    ),
    post("a content type that there is not", CLAIMS, claim("c4"), content="text/plain"),
    post("the namespace is missing", "/api/v1/namespaces/none/persistentvolumeclaims", claim("c1")),
    post("dataSource of a snapshot", CLAIMS, claim("c6", dataSource=_SNAPSHOT), "spec"),
    post("dry run", f"{CLAIMS}?dryRun=All", claim("c7"), "metadata.name"),
    get("dry run made nothing", f"{CLAIMS}/c7"),
)
"""The first claim is bound to nothing, so its spec may not change."""

CHANGING: tuple[Ask, ...] = (
    patch("stale version", f"{CLAIMS}/c1", {"metadata": {"resourceVersion": "1", "labels": {"a": "b"}}}),
    patch("a version that is no number", f"{CLAIMS}/c1", {"metadata": {"resourceVersion": "x"}}),
    patch(
        "null removes",
        f"{CLAIMS}/c1",
        {"metadata": {"annotations": {"a": None, "b": "c"}}},
        "metadata.annotations",
    ),
    patch("a patch that is plain JSON", f"{CLAIMS}/c1", {}, content="application/json"),
    patch("strategic patch of a custom resource", f"{SNAPSHOTS}/none", {}, content=STRATEGIC_PATCH),
    patch("immutable spec", f"{CLAIMS}/c1", {"spec": {"storageClassName": "other"}}),
    patch("smaller", f"{CLAIMS}/c1", {"spec": {"resources": {"requests": {"storage": "500Mi"}}}}),
    patch(
        "JSON patch of a path that is missing",
        f"{CLAIMS}/c1",
        [{"op": "remove", "path": "/metadata/annotations/zz"}],
        content=JSON_PATCH,
    ),
    patch("a list for a merge patch", f"{CLAIMS}/c1", []),
    patch("a patch that is broken", f"{CLAIMS}/c1", "{"),
    patch("patch of a missing claim", f"{CLAIMS}/none", {"metadata": {}}),
    patch("empty patch", f"{CLAIMS}/c1", {}, "kind", "metadata.name"),
    patch("another uid in a patch", f"{CLAIMS}/c1", {"metadata": {"uid": UID}}),
    patch(
        "unknown field in a merge patch",
        f"{CLAIMS}/c1",
        {"spec": {"nope": 1}},
        "spec.nope",
        headers=("Warning",),
    ),
    patch(
        "unknown field in a strategic patch, strict",
        f"{CLAIMS}/c1?fieldValidation=Strict",
        {"spec": {"nope": 1}},
        content=STRATEGIC_PATCH,
    ),
)

DELETING: tuple[Ask, ...] = (
    delete("another uid", f"{CLAIMS}/c1", {"preconditions": {"uid": UID}}),
    delete("another version", f"{CLAIMS}/c1", {"preconditions": {"resourceVersion": "1"}}),
    delete("what is missing", f"{CLAIMS}/none"),
    delete("a pod for options", f"{CLAIMS}/c3", {"kind": "Pod", "apiVersion": "v1"}),
    delete("a policy that there is not", f"{CLAIMS}/c3", {"propagationPolicy": "Some"}),
    delete("a word for a number", f"{CLAIMS}/c3", {"gracePeriodSeconds": "now"}),
    delete("a content type that cannot be options", f"{CLAIMS}/c3", "x", content="text/plain"),
    delete("its uid", f"{CLAIMS}/c1", {"preconditions": {"uid": "<c1>"}}, "kind", "metadata.name"),
)
