"""The metrics that alarms and the dashboard watch: named once, for who counts and for who watches."""

from __future__ import annotations

from enum import StrEnum

NAMESPACE = "Snapkeep"
SERVICE = "snapkeep"
"""The value of the dimension `service`, whichever function counts: one alarm sees all of them."""


class Metric(StrEnum):
    """What is counted, each for its cluster and policy and for the whole deployment."""

    RUNS_COMPLETED = "RunsCompleted"
    RUNS_PARTIALLY_FAILED = "RunsPartiallyFailed"
    RUNS_FAILED = "RunsFailed"
    SLOTS_MISSED = "SlotsMissed"
    SLOTS_REFUSED = "SlotsRefused"
    """Starts of plan_backup at a time that the policy's schedule does not have."""
    POINTS_READY = "PointsReady"
    POINTS_FAILED = "PointsFailed"
    POINTS_LATE = "PointsLate"
    """Points whose snapshots were pending past their time when their run was closed."""
    POINTS_NOT_LOCKED = "PointsNotLocked"
    NEWEST_GOOD_AGE = "NewestGoodAge"
    """Seconds since the slot of the newest run with a ready point."""
    CLAIMS_LATE = "ClaimsLate"
    """Claims that a policy owes a recovery point: the recovery point objective."""
    PRUNES_BRAKED = "PrunesBraked"
    ORPHANS = "Orphans"
    PARTS_GIVEN_UP = "PartsGivenUp"
    """Parts of its work that a pass of a scheduled function gave up; 0 is a sign of life. By function."""
    NOTICES_UNKNOWN = "NoticesUnknown"
    SECONDS_TO_CORDON = "SecondsToCordon"
    VOLUMES_MISSED = "VolumesMissed"
    """Volumes of a dying node that could not be snapshotted."""
    INTERRUPTIONS_MISSED = "InterruptionsMissed"
    """Nodes that died with volumes attached before anything was done for them."""
