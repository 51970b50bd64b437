"""After a rollback the journal holds items of the newer version: services pass over them and go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy, deepcopy
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.interruption.notices import Kind, Notice
from snapkeep.domain.interruption.records import IncidentRecord, TimelineEntry
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.deletions import Announced, Deletion
from snapkeep.domain.retention.history import RetentionVersion
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.journal import Journal
from snapkeep.services.tell_troubles import TellTroubles
from tests.contract.ports.samples import TABLE
from tests.fakes.restore_samples import a_restore
from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient, counting_table

DAY = timedelta(days=1)
Item = dict[str, Any]


HELD = ("itertools", "tests.fakes")
"""The modules of what a world holds beside its journal; its services hold nothing."""


class Rolled:
    """A deployment on a real table: finished runs, an open one, a restore, holds, an incident, a refusal."""

    def __init__(self, client: CountingClient) -> None:
        self.client = client.client
        self.world = world = World(
            a_claim("mysql"),
            a_claim("logs"),
            policy=a_policy(retention={"last": 2, "after_claim_deleted": "9d"}),
        )
        journal = self._rebuild(client)
        known = RetentionVersion(world.policy.retention, world.policy.schedule.timezone, SLOT - 365 * DAY)
        journal.retentions.write_retention_history("myeks", "nightly", [known])
        for day in range(2):
            world.back_up(SLOT + day * DAY)
        world.prune()
        world.reconcile()
        self.refused, self.held, *_ = sorted(world.ebs.all)
        now = world.clock()
        world.holds.hold(self.held, "ann", "audit", now + timedelta(hours=1))
        world.holds.hold(self.held, a_restore().holder, "a restore", now + timedelta(hours=1))
        journal.restores.add_restore(a_restore(snapshot_id=self.held, held_until=now + timedelta(hours=1)))
        journal.refusals.write_refusal(
            Refusal("myeks", "token", frozenset({self.refused}), "too many", now, "{}")
        )
        journal.deletions.intend_deletions([Deletion("snap-foreign", "myeks", "old", now)])
        notice = Notice("key", Kind.SPOT, "i-1", now)
        journal.incidents.write_incident(
            IncidentRecord("i-1", "myeks", "node", (notice,), (TimelineEntry(now, "seen"),))
        )
        TellTroubles(journal.troubles, world.announcer, world.clock).tell(
            Topic(TroubleKind.BACKUP_LATE, "myeks", "nightly"), {"shop/mysql": "late"}
        )
        journal.retentions.write_gone_claims("myeks", {"uid-shop-gone": now})
        journal.prunes.record_announced(Announced("myeks", orphaned=("removed",)))
        world.clock.now = SLOT + 2 * DAY
        world.backup(SLOT + 2 * DAY)
        world.work()
        self.open_run = run_id("myeks", "nightly", SLOT + 2 * DAY)

    def _rebuild(self, client: Any) -> Journal:
        """Every service of the world anew, over the table of this client."""
        self.world.journal = journal = dynamo_journal(client, TABLE, sleep=lambda _: None)  # type: ignore[assignment]
        self.world._build(lambda port: port)
        return journal

    def again(self, client: CountingClient) -> Rolled:
        """The same deployment with all that its fakes hold, over a table that has the same items."""
        new = copy(self)
        new.client, new.world = client.client, copy(self.world)
        held = {
            name: each for name, each in vars(self.world).items() if type(each).__module__.startswith(HELD)
        }
        assert {"clock", "cluster", "ebs", "_nonces"} <= held.keys()
        vars(new.world).update(deepcopy(held))
        new._rebuild(client)
        return new

    def items(self) -> Iterator[Item]:
        yield from self.client.get_paginator("scan").paginate(TableName=TABLE).search("Items")

    def spoil(self, kind: str, change: Callable[[Item], Item]) -> list[Item]:
        spoiled = [change(item) for item in self.items() if kind_of(item) == kind]
        for item in spoiled:
            self.client.put_item(TableName=TABLE, Item=item)
        return spoiled

    def live(self) -> None:
        """Everything that runs by schedule, hours later."""
        self.world.finish_snapshots(events=False)
        self.world.wait(hours=7)
        self.world.reconcile()
        self.world.finisher.run()
        self.world.prune()
        self.world.reporter.run()
        self.world.sweeper.run(PruneRequest(orphans=True))


def kind_of(item: Item) -> str:
    return f"{item['pk']['S'].split('#')[0]} {item['sk']['S'].split('#')[0].split(' ')[0]}"


def newer(item: Item) -> Item:
    return item | {"format": {"N": "2"}, "novelty": {"S": "of tomorrow"}}


KINDS = {
    "CATALOGUE COMPLETE": {"prune"},
    "CLUSTER GONE": {"prune", "write_report"},
    "CLUSTER LEASE": {"prune"},
    "CLUSTER PRUNE": {"prune"},
    "CLUSTER REFUSAL": {"prune"},
    "CLUSTER REFUSED": {"prune"},
    "CLUSTER TOLD": {"prune"},
    "DELETION DELETION": {"prune"},
    "HOLD HOLDER": {"finish_restores"},
    "INCIDENT INCIDENT": {"sweep_orphans"},
    "POLICY RETENTION": {"prune", "write_report"},
    "POLICY SEEN": {"reconcile"},
    "RESTORE RESTORE": {"finish_restores", "sweep_orphans"},
    "RUN POINT": {"reconcile", "sweep_orphans"},
    "RUN RUN": {"reconcile", "sweep_orphans"},
    "TROUBLES PAGE": {"reconcile"},
}
"""Kinds of items (pk and sk up to their first #), and who counts that it could not read one."""


@pytest.fixture(scope="module")
def lived() -> tuple[Rolled, list[Item]]:
    """The deployment that all tests begin with, and its journal: its days take longer than a test."""
    with counting_table() as client:
        rolled = Rolled(client)
        return rolled, list(rolled.items())


@pytest.fixture
def rolled(lived: tuple[Rolled, list[Item]]) -> Iterator[Rolled]:
    """The deployment in a world of its own, on a table of its own."""
    before, items = lived
    with counting_table() as client:
        for item in items:
            client.client.put_item(TableName=TABLE, Item=item)
        yield before.again(client)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_items_of_a_newer_version_stop_nothing_and_stay_what_they_are(rolled: Rolled, kind: str) -> None:
    world = rolled.world
    spoiled = rolled.spoil(kind, newer)
    assert spoiled
    rolled.live()
    items = list(rolled.items())
    assert [item for item in spoiled if item not in items] == []
    for claim in ("mysql", "logs"):
        points = [item for item in world.ebs.all.values() if item.volume_id == f"vol-{claim}"]
        assert len(points) >= 2
    assert rolled.refused in world.ebs.all
    assert rolled.held in world.ebs.all or kind not in ("RESTORE RESTORE", "HOLD HOLDER")
    assert {function for function, count in world.announcer.given_up if count} == KINDS[kind]
    later = world.journal.runs.run(rolled.open_run) if kind != "RUN RUN" else None
    assert later is None or later.state.is_final


def test_an_orphan_of_a_restore_that_cannot_be_read_is_not_deleted(rolled: Rolled) -> None:
    world = rolled.world
    rolled.spoil("RESTORE RESTORE", newer)
    (report,) = world.sweeper.run(PruneRequest(orphans=True))
    assert report.refused == "nothing is deleted: 1 records of the journal cannot be read"
    assert list(report.given_up) == [f"record RESTORE#{a_restore().id} RESTORE"]


def test_a_deletion_that_a_newer_version_began_is_left_to_it(rolled: Rolled) -> None:
    world = rolled.world
    world.finish_snapshots()
    world.back_up(SLOT + 3 * DAY)
    ((gone, _), *others) = world.prune(dry_run=True).delete
    assert others
    world.journal.deletions.intend_deletions([Deletion(gone, "myeks", "old", world.clock())])
    spoiled = rolled.spoil("DELETION DELETION", newer)
    report = world.prune()
    assert gone in world.ebs.all and not [name for name, _ in others if name in world.ebs.all]
    assert [note for note in report.notes if note.startswith(f"{gone}: kept: the journal has a record")]
    items = list(rolled.items())
    assert [item for item in spoiled if item not in items] == []


def test_a_newer_step_or_state_without_a_newer_format_is_left_alone_too(rolled: Rolled) -> None:
    run = rolled.spoil("RUN RUN", lambda item: item | {"state": {"S": "hibernating"}})
    deletions = rolled.spoil("DELETION DELETION", lambda item: item | {"step": {"S": "archived"}})
    rolled.live()
    items = list(rolled.items())
    assert [item for item in (*run, *deletions) if item not in items] == []


def test_nothing_is_deleted_while_a_restore_cannot_be_read_that_may_need_it(rolled: Rolled) -> None:
    world = rolled.world
    world.finish_snapshots()
    world.back_up(SLOT + 3 * DAY)
    rolled.spoil("RESTORE RESTORE", newer)
    before = set(world.ebs.all)
    report = world.prune()
    assert report.delete and set(world.ebs.all) == before
    reasons = [item.reason for item in report.ended if item.snapshot_id in before]
    assert reasons and all("cannot read the journal's record RESTORE" in reason for reason in reasons)
