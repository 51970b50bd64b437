"""What is read: objects that are missing, paths that there are not, lists and their selectors."""

from __future__ import annotations

from tests.contract.api_server.asking import Ask, get, post
from tests.contract.api_server.objects import (
    CLAIMS,
    CLASSES,
    CONFIGS,
    CONTENTS,
    NODES,
    SNAPSHOT_GROUP,
    SNAPSHOTS,
    config,
    labelled,
)

_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
_FUTURE = "resourceVersion=99999999&timeoutSeconds=1"

MISSING: tuple[Ask, ...] = (
    get("missing claim", f"{CLAIMS}/none"),
    get("missing VolumeSnapshot", f"{SNAPSHOTS}/none"),
    get("missing content", f"{CONTENTS}/none"),
    get("missing class", f"{CLASSES}/none"),
    get("missing node", f"{NODES}/none"),
    get("missing namespace", "/api/v1/namespaces/none"),
    get("missing lease", f"{_LEASES}/snapshot-controller-leader"),
    get("missing storage class", "/apis/storage.k8s.io/v1/storageclasses/none"),
    get("a group that there is not", "/apis/nope.example.com/v1"),
    get("a resource that there is not", f"{SNAPSHOT_GROUP}/nopes"),
    get("a path that there is not", "/nope"),
    get("discovery of the snapshot group", SNAPSHOT_GROUP, "kind", "groupVersion"),
    get("version", "/version", "major"),
    get("claims of a missing namespace", "/api/v1/namespaces/none/persistentvolumeclaims", "kind", "items"),
)

LISTS: tuple[Ask, ...] = (
    *(post("", CONFIGS, labelled(config(f"m{number}"), listed="yes")) for number in range(5)),
    get(
        "page of two",
        f"{CONFIGS}?limit=2&labelSelector=listed%3Dyes",
        "kind",
        "apiVersion",
        "items.0.metadata.name",
        "items.0.kind",
        "items.2",
    ),
    get("snapshots carry their kind", SNAPSHOTS, "items.0.kind", "items.0.apiVersion"),
    get("a broken continue token", f"{CONFIGS}?limit=2&continue=abc"),
    get("a limit that is no number", f"{CONFIGS}?limit=abc"),
    get("unknown field selector", f"{CLAIMS}?fieldSelector=spec.nope=1"),
    get("claims by their phase", f"{CLAIMS}?fieldSelector=status.phase=Bound"),
    get("broken field selector", f"{CLAIMS}?fieldSelector=metadata.name"),
    get("broken label selector", f"{CLAIMS}?labelSelector=a%20b%20c"),
    get("VolumeSnapshots by a field", f"{SNAPSHOTS}?fieldSelector=spec.x=1"),
    get("a list of the future", f"{CLAIMS}?{_FUTURE}", headers=("Retry-After",)),
    get("an object of the future", f"{CONFIGS}/m0?{_FUTURE}"),
    get("a version that is no number, listed", f"{CLAIMS}?resourceVersion=abc"),
)
