"""The names of the metrics that functions emit and that alarms and the dashboard watch."""

from __future__ import annotations

from enum import StrEnum

NAMESPACE = "Snapkeep"
SERVICE = "snapkeep"
"""The value of the dimension `service` for every function, so that one alarm covers all of them."""


class Metric(StrEnum):
    """What is counted, by cluster and policy (copies also by place), and for the whole deployment."""

    RUNS_COMPLETED = "RunsCompleted"
    RUNS_PARTIALLY_FAILED = "RunsPartiallyFailed"
    RUNS_FAILED = "RunsFailed"
    SLOTS_MISSED = "SlotsMissed"
    SLOTS_REFUSED = "SlotsRefused"
    """Starts of plan_backup at a time that is not in the policy's schedule."""
    POINTS_READY = "PointsReady"
    POINTS_FAILED = "PointsFailed"
    POINTS_LATE = "PointsLate"
    """Points whose snapshots were overdue but still pending when their run was closed."""
    POINTS_NOT_LOCKED = "PointsNotLocked"
    NEWEST_GOOD_AGE = "NewestGoodAge"
    """Seconds since the slot of the newest run with a ready point."""
    CLAIMS_LATE = "ClaimsLate"
    """Claims without a recovery point as fresh as their policy promises: the recovery point objective."""
    COPIES_READY = "CopiesReady"
    COPIES_FAILED = "CopiesFailed"
    """Copies that EC2 failed, every attempt."""
    COPIES_LATE = "CopiesLate"
    """Claims whose copies in a place are late, as people are told, of all policies."""
    COPY_AGE = "CopyAgeSeconds"
    """Seconds since the data of the newest copy was taken, for the claim whose newest copy is the oldest."""
    POINTS_CHECKED = "PointsChecked"
    """How many of the points of the last days were looked into, of a hundred."""
    UNCHECKED_AGE = "UncheckedAge"
    """Seconds since the slot of the oldest point that still waits for its check; 0 if none waits."""
    POINTS_SUSPICIOUS = "PointsSuspicious"
    """Suspicious points that nobody has accepted."""
    PRUNES_BRAKED = "PrunesBraked"
    ORPHANS = "Orphans"
    PARTS_GIVEN_UP = "PartsGivenUp"
    """Parts of its work that one pass of a scheduled function gave up on, by function; 0 is a sign of
    life.
    """
    NOTICES = "Notices"
    NOTICE_AGE = "NoticeAge"
    """Seconds from the time in a notice to its arrival here."""
    NOTICES_UNKNOWN = "NoticesUnknown"
    SECONDS_TO_CORDON = "SecondsToCordon"
    SNAPSHOTS_IN_TIME = "SnapshotsInTime"
    """Volumes of a dying node that were snapshotted before its deadline."""
    PODS_EVICTED = "PodsEvicted"
    PODS_BLOCKED = "PodsBlocked"
    PODS_FORCED = "PodsForced"
    NODES_UNDRAINED = "NodesUndrained"
    """Nodes that somebody else should have drained but did not."""
    SECONDS_TO_RELEASE = "SecondsToRelease"
    """Seconds from the first notice of a node's death until its volumes were free."""
    INTERRUPTIONS_WITHDRAWN = "InterruptionsWithdrawn"
    VOLUMES_MISSED = "VolumesMissed"
    """Volumes of a dying node that could not be snapshotted."""
    INTERRUPTIONS_MISSED = "InterruptionsMissed"
    """Nodes that died with volumes attached before anything was done for them."""

    @property
    def unit(self) -> str:
        """CloudWatch's unit.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
        """
        if self is Metric.POINTS_CHECKED:
            return "Percent"
        return "Seconds" if self in SECONDS else "Count"


BY_PLACE = frozenset({Metric.COPIES_READY, Metric.COPIES_FAILED, Metric.COPIES_LATE, Metric.COPY_AGE})
"""The metrics that have a dimension for the place."""

BY_CLUSTER = frozenset({Metric.POINTS_CHECKED, Metric.UNCHECKED_AGE, Metric.POINTS_SUSPICIOUS})
"""The metrics that have no dimension for the policy."""

SECONDS = frozenset(
    {
        Metric.NEWEST_GOOD_AGE,
        Metric.COPY_AGE,
        Metric.UNCHECKED_AGE,
        Metric.NOTICE_AGE,
        Metric.SECONDS_TO_CORDON,
        Metric.SECONDS_TO_RELEASE,
    }
)
"""The metrics that are measured; all others are counted."""
