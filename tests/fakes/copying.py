"""A world whose points are copied to a place, so that a test reads as a short story.

`turn()` is a start of copy_points by its schedule, `finish()` lets EC2 end the copies in progress, and
`copy_event()` is what EC2 then says.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.troubles import TroubleKind
from snapkeep.ports.ec2 import Copier, Keys, Snapshots
from snapkeep.services.copies.turn import PlaceReport
from snapkeep.services.retention.report import ClusterReport
from snapkeep.wiring import copies
from tests.fakes.copies import FakeCopies, FakeRegions
from tests.fakes.faults import Crash
from tests.fakes.troubles import FakeTroubleNews
from tests.fakes.world import World, a_claim, a_policy
from tests.fakes.world_reads import SLOT

OSAKA = Place("osaka", "ap-northeast-3", "arn:aws:kms:ap-northeast-3:111122223333:key/1")
LOCKED = Lock(LockMode.GOVERNANCE, 14)
A_DAY = timedelta(days=1)


class FakeCopyNews(FakeTroubleNews):
    """Records what is said about copies."""

    def __init__(self) -> None:
        super().__init__()
        self.ready: list[CopyRecord] = []
        self.failed: list[CopyRecord] = []
        self.ages: dict[tuple[str, str], timedelta] = {}
        self.late: dict[tuple[str, str], int] = {}

    def copy_ready(self, record: CopyRecord) -> None:
        self._before("copy_ready")
        self.ready.append(record)
        self._after("copy_ready")

    def copy_failed(self, record: CopyRecord) -> None:
        self._before("copy_failed")
        self.failed.append(record)
        self._after("copy_failed")

    def copies_late(self, cluster: str, place: str, claims: int) -> None:
        self.late[cluster, place] = claims

    def copy_age(self, cluster: str, policy: str, place: str, age: timedelta) -> None:
        self._before("copy_age")
        self.ages[cluster, policy] = age


class WrappedRegions:
    """Regions whose ports are wrapped."""

    def __init__(self, regions: FakeRegions, wrap: Callable[[Any], Any]) -> None:
        self._regions, self._wrap = regions, wrap

    def snapshots(self, region: str) -> Snapshots:
        wrapped: Snapshots = self._wrap(self._regions.snapshots(region))
        return wrapped

    def copier(self, region: str) -> Copier:
        wrapped: Copier = self._wrap(self._regions.copier(region))
        return wrapped

    def keys(self, region: str) -> Keys:
        return self._regions.keys(region)


def to_osaka(**changes: Any) -> CopyRule:
    """A rule that copies each claim's newest point to Osaka and locks the copies, except for the changes."""
    given: dict[str, Any] = {"to": "osaka", "retention": {"last": 3}, "lock": LOCKED}
    return CopyRule(**(given | changes))


class CopyWorld(World):
    """A cluster with these claims, whose points of `SLOT` are ready and not copied yet."""

    def __init__(
        self,
        *claims: str,
        rule: CopyRule | None = None,
        lag: timedelta = timedelta(),
        wrap: Callable[[Any], Any] = lambda port: port,
        place: Place = OSAKA,
    ) -> None:
        names = claims or ("mysql", "wordpress")
        super().__init__(*map(a_claim, names), policy=a_policy(copies=(rule or to_osaka(),)))
        self.back_up(SLOT)
        self.wait(minutes=10)
        self.deployment = replace(self.deployment, places=(place,))
        self.osaka: FakeCopies = self.regions.region(place.region)
        self.osaka.lag = self.ebs.lag = lag
        self.news = FakeCopyNews()
        self.build(wrap)

    def build(self, wrap: Callable[[Any], Any] = lambda port: port) -> None:
        """Rebuild the function, as a deployment does; `wrap` may put a proxy around each port."""
        ports = replace(
            self.ports(wrap),
            deployment=self.deployment,
            regions=WrappedRegions(self.regions, wrap),
            copy_news=wrap(self.news),
        )
        self.taker = copies.take_copies(ports)
        self.copy_pruner = copies.prune_copies(ports)

    def turn(self) -> PlaceReport:
        """One start by the schedule."""
        (report,) = self.taker.run(self.owner())
        return report

    def prune_copies(self, *, owner: str = "prune", **request: Any) -> ClusterReport:
        """Run prune_copies once; if it dies, retry under the same name, as Lambda does."""
        (report,) = self.copy_pruner.run(owner, PruneRequest(**request))
        return report

    def copied(self, days: int, *, prune: bool = False) -> None:
        """So many further daily points, each copied; with `prune` the copies are pruned every day."""
        now = self.clock().replace(microsecond=0)
        for day in range(1, days + 1):
            self.back_up_again(now + day * A_DAY)
            self.live(minutes=15)
            if prune:
                self.prune_copies()

    def finish(self, *, events: int = 1) -> None:
        """Let EC2 end the copies in progress, and deliver each event so many times."""
        for snapshot_id in self.osaka.finish_copies():
            for _ in range(events):
                self.copy_event(snapshot_id)

    def copy_event(self, snapshot_id: str) -> None:
        """What EC2 says about a copy that ended."""
        try:
            self.taker.in_region(OSAKA.region, self.owner(), {snapshot_id: True})
        except (TemporaryError, Crash):
            return

    def live(self, *, minutes: int = 90, events: int = 1) -> None:
        """Let time pass as deployed: a turn every 5 minutes, copies that take a few; functions may die."""
        for minute in range(minutes):
            if minute % 5 == 0:
                with suppress(Crash):
                    self.turn()
            if minute % 5 == 3:
                self.finish(events=events)
            self.wait(minutes=1)

    def copies(self) -> dict[str, list[Snapshot]]:
        """Each claim's name and its copies that count: completed, no duplicates."""
        found: dict[str, list[Snapshot]] = {}
        for each in self.osaka.all.values():
            if each.state is SnapshotState.COMPLETED and tags.DUPLICATE not in each.tags:
                found.setdefault(each.tags[tags.CLAIM], []).append(each)
        return found

    def records(self) -> dict[str, CopyRecord]:
        """Each claim's name and the record of its newest copy."""
        records = sorted(self.journal.copies.all.values(), key=lambda record: record.taken)
        return {record.claim: record for record in records}

    def told(self, kind: TroubleKind) -> list[str]:
        """The reasons that people were told, in order."""
        return [each.reason for topic, due, _ in self.news.troubles if topic.kind is kind for each in due]

    def held(self) -> list[str]:
        """The claims whose points are held."""
        return sorted(each.tags[tags.CLAIM] for each in self.ebs.all.values() if tags.HOLD in each.tags)

    def back_up_again(self, slot: datetime) -> None:
        """Take another slot to its end, 10 minutes ago by the clock afterwards."""
        lag, self.ebs.lag = self.ebs.lag, timedelta()
        self.back_up(slot)
        self.wait(minutes=10)
        self.ebs.lag = lag
