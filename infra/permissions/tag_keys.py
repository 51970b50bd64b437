"""The tag keys of a snapshot, what they say, and who writes them."""

from __future__ import annotations

from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE, DRIVERS, EBS_CSI

DRIVER_TAG_KEYS = tuple(key for driver in DRIVERS.values() for key in driver.tags(""))
"""The keys by which drivers recognise snapshots that they may restore from."""

POINT_TAG_KEYS = sorted(
    [
        *DRIVER_TAG_KEYS,
        *(
            value
            for name, value in vars(tags).items()
            if name.isupper()
            and isinstance(value, str)
            and value not in (tags.HOLD, tags.DUPLICATE, tags.CHECKED, tags.ARCHIVED)
        ),
    ]
)
"""The keys that describe a recovery point: those of domain.tags, and the drivers'."""

VERDICT_TAG_KEYS = sorted([*POINT_TAG_KEYS, tags.DUPLICATE])
"""Those, and the duplicate mark. No function here may set or lift a hold."""

OWNER_TAG_KEYS = (tags.MANAGED, tags.CLUSTER)
"""The keys that make a snapshot ours: they are written when it is created."""

WRITTEN_BY_DRIVERS = (
    tags.SNAPSHOT_NAMESPACE,
    tags.SNAPSHOT_NAME,
    *(key for key in DRIVER_TAG_KEYS if key not in (EBS_CSI.mark, EBS_CSI.cluster_key)),
)
"""Keys that only a driver writes, through our VolumeSnapshotClass or by itself, or the creator of a
snapshot."""

COMPLETION_TAG_KEYS = [key for key in POINT_TAG_KEYS if key not in (*OWNER_TAG_KEYS, *WRITTEN_BY_DRIVERS)]
"""Keys that may be missing on one of our snapshots that was cut for a point."""

ADOPTION_TAG_KEYS = [key for key in VERDICT_TAG_KEYS if key not in DRIVER_TAG_KEYS or key == AUTO_MODE.mark]
"""Keys that the EKS Auto Mode driver leaves to us: it writes the cluster's name itself."""
