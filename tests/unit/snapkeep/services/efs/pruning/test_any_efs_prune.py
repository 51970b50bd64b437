"""Whatever history, whatever fails: the newest good backup of a file system stays, and what is held."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from snapkeep.domain.efs.jobs import Stored, StoredState
from snapkeep.domain.efs.recovery_points import as_snapshot, read_point
from snapkeep.domain.errors import Forbidden, SnapkeepError, TemporaryError, Throttled
from snapkeep.domain.retention.snapshot_tags import Unreadable
from tests.fakes.faults import Crash
from tests.unit.snapkeep.services.efs.pruning.prune_world import FS, OTHER_FS, PruneWorld

CALLS = ("points", "point", "tags", "why_locked", "delete")
STORES = ("intend_deletions", "move_deletions", "end_deletions", "open_deletions", "write_last_prune")
FAULTS = st.lists(
    st.tuples(st.sampled_from((*CALLS, *STORES, "backups_on", "lease_prune")), st.integers(0, 4)), max_size=2
)
DEEDS = st.sampled_from(
    (
        *("backup", "backup", "broken backup", "prune", "prune", "confirm", "edit", "hold"),
        *("forget", "stranger", "shorter", "lost", "unusable", "jump"),
    )
)
HISTORY = st.lists(st.tuples(DEEDS, st.integers(0, 40), FAULTS), max_size=40)


class Story(PruneWorld):
    """What people and AWS do to the points."""

    def do(self, deed: str, number: int, faults: list[tuple[str, int]]) -> None:
        everything = sorted(self.backup.stored)
        chosen = everything[number % len(everything)] if everything else ""
        match deed:
            case "backup" | "broken backup":
                self.night(fails=deed != "backup", prune=False)
            case "prune" | "confirm":
                self.spoil(faults)
                self.clock.forward(hours=number)
                self.survive(**({"confirm": self.token()} if deed == "confirm" else {}))
            case "shorter":
                (policy,) = self.deployment.policies
                self.configure(replace(policy, retention={"last": 1 + number % 3, "max_age": "20d"}))
            case "forget":
                self.forget()
            case "stranger":
                self.put(number)
            case "jump":
                self.clock.forward(days=200 if number % 2 else -200)
            case "edit" if chosen:
                self.backup.tag(chosen, policy="weekly")
            case "hold" if chosen:
                self.backup.tag(chosen, hold="yes")
            case "lost" if chosen and number % 5 == 0 and not self.is_being_made(chosen):
                del self.backup.stored[chosen]
            case "unusable" if chosen:
                self.backup.stored[chosen] = replace(self.backup.stored[chosen], state=StoredState.UNUSABLE)

    def spoil(self, faults: list[tuple[str, int]]) -> None:
        for method, what in faults:
            port = self.backup if method in CALLS else self.journal
            errors = [Throttled("slow"), TemporaryError("no answer"), Forbidden("no"), Crash(method)]
            if what < len(errors):
                port.fail_next(method, errors[what])
            else:
                port.crash_after(method)

    def is_being_made(self, arn: str) -> bool:
        """AWS deletes no recovery point while its job runs."""
        return self.backup.stored[arn].state is StoredState.CREATING

    def token(self) -> str:
        refusals = self.journal.refusals.refusals("file systems")
        return refusals[0].token if refusals else "0" * 16

    def ours(self, file_system: str) -> list[Stored]:
        """The good ones whose tags can be believed."""
        name = self.deployment.name
        points = self.good(file_system)
        return [p for p in points if not isinstance(read_point(as_snapshot(p), name), Unreadable)]


@settings(max_examples=150, deadline=None)
@given(HISTORY)
@example([("broken backup", 0, []), ("backup", 0, []), ("lost", 5, []), ("backup", 0, [])])
def test_the_newest_good_backup_survives(history: list[tuple[str, int, list[tuple[str, int]]]]) -> None:
    world = Story({"last": 2, "max_age": "30d"})
    world.night(prune=False)
    for deed, number, faults in history:
        before = dict(world.backup.stored)
        newest = {name: found[-1] for name in (FS, OTHER_FS) if (found := world.ours(name))}
        with suppress(Crash, SnapkeepError):
            world.do(deed, number, faults)
        world.backup.forget_faults()
        world.journal.forget_faults()
        if deed not in ("prune", "confirm"):
            continue
        gone = set(before) - set(world.backup.stored)
        assert not {each.arn for each in newest.values()} & gone, "the newest good backup went"
        assert not [name for name in gone if "snapkeep:hold" in before[name].tags], "a held point went"
        assert not [name for name in gone if "snapkeep:managed" not in before[name].tags], "a stranger went"
        assert not [name for name in gone if before[name].state is StoredState.UNUSABLE]
        known = world.journal.deletions
        assert gone <= set(known.under_way) | set(known.ended)
