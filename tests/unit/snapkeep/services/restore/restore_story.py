"""A restore that is asked for and carried out, with troubles in between."""

from __future__ import annotations

from typing import Any

from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.services.archive.bring_back import BringBack
from snapkeep.services.give_up import GiveUp
from snapkeep.services.restore.carry_out import Restore
from snapkeep.services.restore.finish import PATIENCE, FinishReport, FinishRestores
from snapkeep.services.restore.lend_tags import LendTags
from snapkeep.services.restore.restored_claims import RestoredClaims
from snapkeep.services.restore.returns import ReturnPoints
from tests.fakes import FakeCluster, FakeClusters, FakeSnapshots, MemoryJournal, TestClock
from tests.fakes.messaging import FakeAnnouncer
from tests.fakes.restore_samples import NOW, a_restore
from tests.fakes.restores import FakeHolds, NothingLent
from tests.fakes.tiers import FakeTiers

WHERE = ("shop", "data-restored")

STEPS = (
    ("journal", "add_restore"),
    ("holds", "hold"),
    ("journal", "write_restore"),
    ("cluster", "import_snapshot"),
    ("cluster", "create_restored_claim"),
)


class Story:
    """A restore and those who carry it out."""

    def __init__(self) -> None:
        self.clock = TestClock(NOW)
        self.cluster = FakeCluster()
        self.clusters = FakeClusters(self.cluster)
        self.journal = MemoryJournal()
        self.holds = FakeHolds(self.clock, self.journal.restores)
        self.ebs = FakeSnapshots(self.clock)
        lending = LendTags(self.ebs, self.journal.holds, self.journal.restores)
        self.restore = Restore(self.clusters, self.journal.restores, self.holds, lending, self.clock)
        claims = RestoredClaims(self.clusters, self.ebs, self.ebs)
        self.tiers = FakeTiers(self.ebs)
        returns = ReturnPoints(
            BringBack(self.tiers, self.clock), self.restore, self.journal.restores, self.clock
        )
        self.announcer = FakeAnnouncer()
        give_up = GiveUp(
            self.journal.troubles,
            self.journal.unreadable,
            self.announcer,
            self.clock,
            "finish_restores",
            PATIENCE,
        )
        self.finisher = FinishRestores(
            claims,
            self.journal.restores,
            give_up,
            self.restore,
            self.holds,
            NothingLent(),
            NothingLent(),
            returns,
            self.clock,
        )

    def start(self, operation: RestoreOperation | None = None) -> RestoreOperation:
        return self.restore.start(operation or a_restore())

    def finish(self, **later: float) -> FinishReport:
        self.clock.forward(**later)
        return self.finisher.run()

    def fake(self, name: str) -> Any:
        return getattr(self, name)

    @property
    def leftovers(self) -> list[Any]:
        holders = [holder for holders in self.holds.held.values() for holder in holders]
        return [*self.cluster.imported_contents, *self.cluster.imported_snapshots, *holders]
