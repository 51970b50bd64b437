"""Clusters with several claims, policies and methods, and what prune must never take of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Method
from snapkeep.wiring import retention
from tests.fakes.world import World, a_claim, a_policy

POLICIES = {
    "nightly": a_policy("nightly", method=Method.EBS, retention={"last": 2}),
    "hourly": a_policy("hourly", method=Method.CSI, retention={"last": 1, "daily": 2}),
    "on-demand": a_policy("on-demand", method=Method.EBS),
    "interruption": a_policy("interruption", method=Method.CSI),
}
SCHEDULED = ("nightly", "hourly")
CLAIMS = ("mysql", "redis")
DEEDS = ("broken", "hold", "twin", "unmarked twin")

Deed = tuple[str, int]
"""A policy to back up by, or one of DEEDS, and the hours that pass before it."""


class BusyWorld(World):
    """Two claims under two scheduled policies and both built-in ones, whose retention is the default."""

    def __init__(self, wrap: Callable[[Any], Any] = lambda port: port) -> None:
        super().__init__(*map(a_claim, CLAIMS), policy=POLICIES["nightly"], wrap=wrap)

    def _build(self, wrap: Callable[[Any], Any]) -> None:
        known = tuple(POLICIES.values())
        self.deployment = replace(self.deployment, policies=known)
        super()._build(wrap)
        configured = tuple(POLICIES[name] for name in SCHEDULED)
        ports = replace(self.ports(wrap), deployment=replace(self.deployment, policies=configured))
        self.pruner = retention.prune(ports)

    def live(self, history: Sequence[Deed]) -> None:
        """Let a history happen without any prune."""
        for deed, hours in history:
            self.wait(hours=hours)
            self.do(deed)

    def do(self, deed: str) -> None:
        """One backup, or one of DEEDS, done to the newest snapshot."""
        if deed in POLICIES:
            self.policy = POLICIES[deed]
            self.back_up(self.clock())
        elif deed == "broken":
            self.policy = POLICIES["nightly"]
            self.backup(self.clock())
            self.work()
            for snapshot in [item for item in self.ebs.all.values() if item.state == "pending"]:
                self.ebs.break_snapshot(snapshot.id)
                self.event(snapshot.id)
        elif self.ebs.all:
            self._tamper(deed, list(self.ebs.all.values())[-1])

    def _tamper(self, deed: str, newest: Snapshot) -> None:
        if deed == "hold":
            self.ebs.add_tags(newest.id, {tags.HOLD: "true"})
            return
        marked = {tags.DUPLICATE: "true"} if deed == "twin" else {}
        self.ebs.create(newest.volume_id, newest.tags | marked, "a twin")
        self.ebs.complete()

    def prune_all(self, times: int = 3) -> None:
        """Prune with whatever permission is asked for, until there is nothing more to do."""
        for _ in range(times):
            self.prune(confirm=self.token())

    def last_points(self) -> dict[tuple[str, str], set[str]]:
        """What must stay: the newest good points of each claim, and of each of its scheduled lineages.

        Read from the tags without any code of retention; unmarked twins are newest points together.
        """
        newest: dict[tuple[str, str], list[Snapshot]] = {}
        for snapshot in self.ebs.all.values():
            if is_good(snapshot, self.clock()):
                claim, policy = snapshot.tags[tags.CLAIM_UID], snapshot.tags[tags.POLICY]
                for key in [(claim, "any"), *([(claim, policy)] if policy in SCHEDULED else [])]:
                    newest.setdefault(key, []).append(snapshot)
        return {key: newest_of(found) for key, found in newest.items()}

    def remains(self) -> tuple[list[str], list[tuple[str, str]], list[str], list[str]]:
        """What is left of everything: snapshots, VolumeSnapshots, contents, open deletions."""
        objects = sorted(self.cluster.snapshots)
        return (
            sorted(self.ebs.all),
            objects,
            sorted(self.cluster.contents),
            sorted(self.journal.deletions.under_way),
        )

    def orphans(self) -> list[str]:
        """Objects that name no snapshot any more, and open deletions."""
        contents = [c.name for c in self.cluster.contents.values() if c.snapshot_id not in self.ebs.all]
        bound = [s.name for s in self.cluster.snapshots.values() if s.snapshot_id not in self.ebs.all]
        return contents + bound + sorted(self.journal.deletions.under_way)


def is_good(snapshot: Snapshot, now: datetime) -> bool:
    """Completed, fully tagged, no duplicate, in reach, and not of the future."""
    return (
        snapshot.state is SnapshotState.COMPLETED
        and tags.POINT in snapshot.tags
        and tags.DUPLICATE not in snapshot.tags
        and not snapshot.archived
        and snapshot.started_at <= now
    )


def newest_of(snapshots: Sequence[Snapshot]) -> set[str]:
    """The ids of those started last."""
    last = max(snapshot.started_at for snapshot in snapshots)
    return {snapshot.id for snapshot in snapshots if snapshot.started_at == last}


def a_rich_history() -> list[Deed]:
    """Every policy several times, a hold, a failed point and both kinds of twins."""
    first = [("nightly", 0), ("hourly", 1), ("on-demand", 1), ("hold", 0), ("interruption", 1)]
    second = [("nightly", 20), ("hourly", 4), ("broken", 1), ("hourly", 1), ("twin", 0)]
    third = [("nightly", 30), ("hourly", 24), ("interruption", 1), ("nightly", 24 * 40), ("hourly", 1)]
    return [*first, *second, *third, ("nightly", 24), ("unmarked twin", 0), ("nightly", 24)]
