"""Names from the snapshot API and small questions about its objects.

https://github.com/kubernetes-csi/external-snapshotter/blob/master/client/apis/volumesnapshot/v1/types.go
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.driver.worker import key_of

Object = dict[str, Any]

SNAPSHOTS = "volumesnapshots"
CONTENTS = "volumesnapshotcontents"
CLASSES = "volumesnapshotclasses"
CLAIMS = "persistentvolumeclaims"

_PREFIX = "snapshot.storage.kubernetes.io"
SOURCE_PROTECTION = f"{_PREFIX}/volumesnapshot-as-source-protection"
BOUND_PROTECTION = f"{_PREFIX}/volumesnapshot-bound-protection"
CONTENT_PROTECTION = f"{_PREFIX}/volumesnapshotcontent-bound-protection"
CLAIM_PROTECTION = f"{_PREFIX}/pvc-as-source-protection"
BEING_CREATED = f"{_PREFIX}/volumesnapshot-being-created"
BEING_DELETED = f"{_PREFIX}/volumesnapshot-being-deleted"
DEFAULT_CLASS = f"{_PREFIX}/is-default-class"


class SnapshotError(Exception):
    """A refusal that ends up in an object's status and in an event with this reason."""

    def __init__(self, reason: str, message: str, *, known_not_ready: bool = True) -> None:
        super().__init__(message)
        self.reason = reason
        self.known_not_ready = known_not_ready


def quoted(text: str) -> str:
    """The text as Go's %q prints it: in double quotes, with those inside escaped."""
    return json.dumps(text, ensure_ascii=False)


def path_of(obj: Object) -> str:
    """`namespace/name`, as events print it."""
    return "/".join(key_of(obj))


def points_at(content: Object, snapshot: Object) -> bool:
    """Whether the content belongs to exactly this snapshot. Both must agree before either is used."""
    reference, meta = content["spec"]["volumeSnapshotRef"], snapshot["metadata"]
    names_match = (reference.get("namespace"), reference.get("name")) == (meta["namespace"], meta["name"])
    return names_match and reference.get("uid") in (None, "", meta["uid"])


def is_ready(obj: Object) -> bool:
    """Whether a snapshot or a content is ready to use."""
    return obj.get("status", {}).get("readyToUse") is True


def source_snapshot(claim: Object) -> str:
    """The VolumeSnapshot that a claim wants to be restored from, "" if none."""
    spec = claim["spec"]
    source = spec.get("dataSource") or spec.get("dataSourceRef") or {}
    return str(source.get("name", "")) if source.get("kind") == "VolumeSnapshot" else ""
