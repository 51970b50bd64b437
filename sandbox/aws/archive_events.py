"""The events Amazon EBS sends when snapshots reach the archive tier or come back.

https://docs.aws.amazon.com/ebs/latest/userguide/monitor-snapshot-archiving.html
Unlike other events about snapshots they have no `source`. The sample of an expired restore calls it
`restoryExpiry`, the text `restoreExpiry`; here it is what the sample says. `recycleBinExitTime` is in every
sample and explained nowhere: here it is always empty.
"""

from datetime import datetime
from typing import Any

from sandbox.aws import ebs_events
from sandbox.aws.world import World

NAMES = {
    "archival": "archiveSnapshot",
    "temporary-restore": "temporaryRestoreSnapshot",
    "permanent-restore": "permanentRestoreSnapshot",
}
EXPIRED = "restoryExpiry"


def moved(
    world: World,
    record: dict[str, Any],
    kind: str,
    began: datetime,
    trouble: str = "",
    until: datetime | None = None,
) -> None:
    """Send the event of a move that ended, in `trouble` or well; `until` is when a snapshot goes back."""
    _send(world, record, NAMES[kind], began, trouble, until)


def restore_expired(world: World, record: dict[str, Any]) -> None:
    """Send the event of a snapshot that went back to the archive tier by itself."""
    _send(world, record, EXPIRED, world.told_time())


def _send(
    world: World,
    record: dict[str, Any],
    name: str,
    began: datetime,
    trouble: str = "",
    until: datetime | None = None,
) -> None:
    arn, now = ebs_events.snapshot_arn(world, record), world.told_time()
    detail = {
        "event": name,
        "result": "failed" if trouble else "succeeded",
        "cause": trouble,
        "request-id": "",
        "snapshot_id": arn,
        "startTime": ebs_events.time_of(began),
        "endTime": ebs_events.time_of(now),
        "recycleBinExitTime": "",
    }
    if until:
        detail["restoreExpiryTime"] = ebs_events.time_of(until)
    ebs_events.send(
        world, world.settings.tier_events, record["_scope"], ebs_events.SNAPSHOT, detail, [arn], now
    )
