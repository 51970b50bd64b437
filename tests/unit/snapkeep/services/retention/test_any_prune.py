"""Whatever history, whatever fails: the last good point stays, and what goes was planned with a reason."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError, Throttled
from snapkeep.domain.policies import Method
from tests.fakes.faults import Crash, Faults
from tests.fakes.world import SLOT, World, a_claim, a_policy, names

FAULTS = st.sampled_from(
    [
        ("ebs", "find"),
        ("ebs", "get"),
        ("ebs", "get_many"),
        ("journal", "write_absences"),
        ("ebs", "protections"),
        ("ebs", "delete"),
        ("cluster", "snapshot_contents"),
        ("cluster", "delete_volume_snapshot"),
        ("cluster", "delete_snapshot_content"),
        ("cluster", "volume_snapshot_left"),
        ("cluster", "snapshot_content_left"),
        ("clusters", "open"),
        ("journal", "intend_deletions"),
        ("journal", "move_deletions"),
        ("journal", "end_deletions"),
        ("journal", "write_last_prune"),
        ("journal", "open_deletions"),
        ("journal", "lease_prune"),
        ("journal", "release_prune"),
    ]
)
HAPPENS = st.sampled_from(["throttled", "refused", "answer lost", "dies before", "dies after"])
DEEDS = st.sampled_from(["backup", "broken backup", "prune", "prune", "confirm", "poison", "hold", "jump"])
HISTORY = st.lists(st.tuples(DEEDS, st.integers(1, 60), st.lists(st.tuples(FAULTS, HAPPENS), max_size=2)))


def spoil(port: Faults, method: str, what: str) -> None:
    match what:
        case "throttled":
            port.fail_next(method, Throttled("slow down"))
        case "refused":
            port.fail_next(method, TemporaryError("no answer"))
        case "answer lost":
            port.lose_answer(method)
        case "dies before":
            port.fail_next(method, Crash(method))
        case _:
            port.crash_after(method)


class Story(World):
    """Remembers every reason a deletion was intended with."""

    def do(self, deed: str, number: int) -> None:
        self.wait(hours=number)
        match deed:
            case "backup":
                self.back_up(self.clock().replace(microsecond=0))
            case "broken backup":
                self.backup(self.clock())
                self.work()
                for snapshot in [item for item in self.ebs.all.values() if item.state == "pending"]:
                    self.ebs.break_snapshot(snapshot.id)
                    self.event(snapshot.id)
            case "prune":
                self.prune()
            case "confirm":
                self.prune(confirm=self.token())
            case "jump":
                self.wait(days=365 * 10 if number % 2 else -365)
            case _ if self.ebs.all:
                chosen = names(self.ebs.all.values())[number % len(self.ebs.all)]
                poison = {tags.SLOT: "never"} if deed == "poison" else {tags.HOLD: "true"}
                self.ebs.add_tags(chosen, poison)

    def good(self) -> set[str]:
        """Snapshots that somebody could restore from, by their slots' order."""
        return {item.id for found in self.counted().values() for item in found if tags.SLOT in item.tags}


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([Method.CSI, Method.EBS]), HISTORY)
def test_the_last_good_point_survives_and_every_deletion_was_planned(
    method: Method, history: list[tuple[str, int, list[tuple[tuple[str, str], str]]]]
) -> None:
    policy = a_policy(method=method, retention={"last": 2, "max_age": "30d"})
    world = Story(a_claim("mysql"), policy=policy)
    world.back_up(SLOT)
    for deed, number, faults in history:
        before, held = dict(world.ebs.all), {i for i, s in world.ebs.all.items() if tags.HOLD in s.tags}
        readable = {i for i in world.good() if before[i].tags[tags.SLOT] != "never"}
        if deed in ("prune", "confirm"):
            for (port, name), what in faults:
                spoil(getattr(world, port), name, what)
        with suppress(Crash, TemporaryError):
            world.do(deed, number)
        gone = set(before) - set(world.ebs.all)
        assert gone <= set(world.journal.deletions.under_way) | set(world.journal.deletions.ended)
        assert not gone & held
        assert not readable or readable & set(world.ebs.all), "the last good point went"
        if readable:
            newest = max(readable, key=lambda name: (before[name].started_at, name))
            assert newest in world.ebs.all
