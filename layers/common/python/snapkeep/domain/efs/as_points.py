"""Backups of file systems as recovery points of the claims in them: so reports show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from snapkeep.domain.efs.backups import EfsBackup, EfsClaim, newest_of
from snapkeep.domain.points import PointState
from snapkeep.domain.report.points import Outlook, ReportedPoint

NEWEST = "the newest good backup of its file system"


def as_points(cluster: str, backups: Iterable[EfsBackup], caveat: str) -> Iterator[ReportedPoint]:
    """The newest good backup of each claim of a cluster, and what came after it, of the backups of one
    policy; `caveat` is what to know about good ones.

    The journal does not know which older ones AWS Backup still has. A backup is shared by all claims in it,
    so it stores nothing for one of them.
    """
    found = list(backups)
    good = {claim.uid: backup for backup, claim in newest_of(found) if claim.cluster == cluster}
    for backup in found:
        for claim in backup.claims:
            newest = good.get(claim.uid)
            if claim.cluster == cluster and (newest is None or newest.slot <= backup.slot):
                yield _point(backup, claim, caveat)


def _point(backup: EfsBackup, claim: EfsClaim, caveat: str) -> ReportedPoint:
    others = len(backup.claims) - 1
    shared = f"shared with {others} other claim{'s' if others > 1 else ''}" if others else ""
    reasons = (NEWEST, shared, caveat) if backup.state is PointState.READY else (shared,)
    return ReportedPoint(
        id=backup.id,
        snapshot_id=backup.arn,
        namespace=claim.namespace,
        claim=claim.name,
        claim_uid=claim.uid,
        policy=backup.policy,
        slot=backup.slot,
        state=backup.state.public,
        size_bytes=backup.size_bytes,
        most_bytes=0,
        archived=False,
        held=False,
        fate=Outlook.STAYS,
        reasons=tuple(filter(None, reasons)),
        trouble=backup.reason if backup.state is PointState.FAILED else "",
        file_system=backup.file_system,
    )
