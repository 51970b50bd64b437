"""The past of the demo's act of retention: snapshots at their slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.demo import history
from sandbox.demo.facts import LiveSnapshot
from sandbox.demo.verify import NEEDED_TAGS
from snapkeep.domain import tags

FIRST = datetime(2026, 11, 28, 21, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
RULES: Mapping[str, int | str] = {"last": 28, "daily": 14, "weekly": 8, "monthly": 12}


def snapshot(number: int) -> LiveSnapshot:
    """The snapshot of the slot of that number; 0 is the first."""
    slot = FIRST + number * history.EVERY
    identity = {
        tags.CLUSTER: "myeks",
        tags.CLAIM: "mysql",
        tags.CLAIM_UID: "uid-1",
        tags.POLICY: "often",
        tags.DEPLOYMENT: "snapkeep",
    }
    values = history.tags_at(LiveSnapshot("", "", slot, 0, dict.fromkeys(NEEDED_TAGS, "x") | identity), slot)
    return LiveSnapshot(
        f"snap-{number:03d}", "completed", slot + timedelta(seconds=1), 2**30, values, "vol-1"
    )


def listing(numbers: Iterable[int]) -> dict[str, LiveSnapshot]:
    return {each.id: each for each in map(snapshot, numbers)}
