"""A restore to start a story with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from snapkeep.domain.restore.operations import RestoreOperation, Way

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
GIB = 2**30


def a_restore(number: int = 1, **changes: Any) -> RestoreOperation:
    """An accepted import of 10 GiB into shop/data-restored, except for the changes."""
    given: dict[str, Any] = {
        "id": f"{number:012x}",
        "cluster": "myeks",
        "namespace": "shop",
        "target": "data-restored",
        "point_id": "data-20261124t120000z-0123456789",
        "snapshot_id": f"snap-{1:017x}",
        "way": Way.IMPORT,
        "volume_snapshot": "",
        "size_bytes": 10 * GIB,
        "storage_class": "gp3",
        "access_modes": ("ReadWriteOnce",),
        "volume_mode": "Filesystem",
        "driver": "ebs.csi.aws.com",
        "caller": "arn:aws:iam::123456789012:user/ann",
        "accepted_at": NOW,
        "labels": {"app": "data"},
    }
    return RestoreOperation(**(given | changes))
