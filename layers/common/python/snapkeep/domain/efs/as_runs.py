"""Backups of file systems as runs, whose points are the claims of a cluster: so reports show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from snapkeep.domain.backup.runs import Run, RunState, outcome, run_id
from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.points import PointState
from snapkeep.domain.report.claims import Failure


def as_runs(cluster: str, backups: Iterable[EfsBackup]) -> list[Run]:
    """The backups of one policy as its runs in a cluster, oldest first; slots without its claims are none."""
    slots: dict[str, list[EfsBackup]] = defaultdict(list)
    for backup in backups:
        if any(claim.cluster == cluster for claim in backup.claims):
            slots[run_id(cluster, backup.policy, backup.slot)].append(backup)
    return sorted((_run(name, cluster, found) for name, found in slots.items()), key=lambda run: run.slot)


def failures_of(cluster: str, backups: Iterable[EfsBackup]) -> Iterator[Failure]:
    """The claims of a cluster whose newest ended backup of one policy failed, with the reason."""
    newest: dict[str, tuple[EfsBackup, EfsClaim]] = {}
    for backup in sorted(backups, key=lambda each: each.slot):
        if backup.state.is_final:
            newest |= {claim.uid: (backup, claim) for claim in backup.claims if claim.cluster == cluster}
    for backup, claim in newest.values():
        if backup.state is PointState.FAILED:
            yield Failure(claim.namespace, claim.name, backup.policy, backup.slot, backup.reason)


def _run(name: str, cluster: str, backups: list[EfsBackup]) -> Run:
    states = [each.state for each in backups for claim in each.claims if claim.cluster == cluster]
    first = backups[0]
    run = Run(
        name,
        cluster,
        first.policy,
        first.slot,
        min(each.accepted_at for each in backups),
        RunState.RUNNING,
        total=len(states),
        ready=states.count(PointState.READY),
        failed=states.count(PointState.FAILED),
        deployment=first.deployment,
    )
    ends = [each.ended_at for each in backups if each.ended_at]
    return replace(run, state=outcome(run), closed_at=max(ends)) if run.is_settled and ends else run
