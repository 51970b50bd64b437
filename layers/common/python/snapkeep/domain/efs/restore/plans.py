"""The plan of a restore of a claim on EFS: what will happen, or everything that prevents it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.efs.restore.mounts import AS_LONG_AS, mount_of
from snapkeep.domain.efs.restore.operations import EfsRestore
from snapkeep.domain.restore.findings import Finding, Severity, error, info, warning
from snapkeep.domain.restore.preflight.target import claim_findings
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import TargetFacts
from snapkeep.domain.sizes import about
from snapkeep.domain.times import moment

ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class FileSystemFacts:
    """The file system of a backup, as EFS describes it now."""

    exists: bool
    usable: bool = True
    mount_targets: int = 1


@dataclass(frozen=True, slots=True)
class EfsPlan:
    """What would be restored, and the findings, errors first. `claim` is as the backup remembers it."""

    request: RestoreRequest
    backup: EfsBackup
    claim: EfsClaim
    findings: tuple[Finding, ...]
    planned_at: datetime

    @property
    def age(self) -> timedelta:
        """How old the backup is."""
        return self.planned_at - self.backup.slot

    @property
    def refused(self) -> bool:
        """True when there is an error, or a warning and the request is strict."""
        blocking = {Severity.ERROR, Severity.WARNING} if self.request.strict else {Severity.ERROR}
        return any(finding.severity in blocking for finding in self.findings)


def plan_efs(
    request: RestoreRequest,
    backup: EfsBackup,
    claim: EfsClaim,
    *,
    place: FileSystemFacts,
    target: TargetFacts,
    rivals: Sequence[EfsRestore] = (),
    now: datetime,
) -> EfsPlan:
    """The plan for a request, with all findings at once."""
    found = [
        *claim_findings(request, target),
        *map(_rival, rivals),
        *_file_system(backup, place),
        *_path(claim),
        *_whole(backup, claim),
        *_words(backup, claim),
    ]
    ordered = tuple(sorted(found, key=lambda each: ORDER.index(each.severity)))
    return EfsPlan(request, backup, claim, ordered, now)


def _rival(restore: EfsRestore) -> Finding:
    return warning(
        "efs_restore_open",
        f"restore {restore.id} of claim {restore.claim} from backup {restore.backup} is "
        f"{restore.stage.value} and is to make claim {restore}, too: only one of them can",
        f"continue it: snapkeep restore {restore.backup} …, or snapkeep restore --cancel {restore.id} -n "
        f"{restore.namespace}",
    )


def _file_system(backup: EfsBackup, place: FileSystemFacts) -> Iterator[Finding]:
    name = backup.file_system
    if not place.exists:
        yield error(
            "efs_gone",
            f"file system {name} is gone, and its backup can only be restored into one that exists; recovery "
            f"point {backup.arn} is still there",
            "create a file system with a mount target in each zone of the cluster's nodes, and restore the "
            'recovery point into it by hand: docs/efs.md, "The file system is gone"',
        )
    elif not place.usable:
        yield error(
            "efs_not_available",
            f"file system {name} is being created or deleted, so nothing can be restored into it",
            f"aws efs describe-file-systems --file-system-id {name}",
        )
    elif not place.mount_targets:
        yield error(
            "efs_no_mount_target",
            f"file system {name} has no mount target, so no pod can mount what is restored",
            f"aws efs create-mount-target --file-system-id {name} --subnet-id SUBNET, once for each zone of "
            "the cluster's nodes",
        )


def _path(claim: EfsClaim) -> Iterator[Finding]:
    """Paths that AWS Backup cannot restore by name, or that no volume could mount afterwards."""
    by_hand = 'restore by hand: docs/efs.md, "Restore by hand"'
    if "*" in claim.path or not claim.path.isprintable():
        yield error(
            "efs_path",
            f"AWS Backup cannot restore {claim.path!a}: it restores folders by path, without wildcards "
            "or control characters",
            by_hand,
        )
        return
    try:
        mount = mount_of(AS_LONG_AS, claim)
    except ValueError as problem:
        yield error("efs_path", str(problem), by_hand)
        return
    if mount.root and mount.below:
        yield warning(
            "efs_below",
            f"{claim.path} is too long or too odd for the root of an access point once it is restored: the "
            f"volume mounts it below one, so user {claim.user.replace(',', ' and groups ')} must be able to "
            "enter every folder above it",
        )


def _whole(backup: EfsBackup, claim: EfsClaim) -> Iterator[Finding]:
    if claim.path == "/":
        size = f", {about(backup.size_bytes)}" if backup.size_bytes else ""
        yield warning(
            "efs_whole",
            f"claim {claim} was the root of {backup.file_system}, so all of it is restored{size}, "
            "with what other claims had in it",
        )


def _words(backup: EfsBackup, claim: EfsClaim) -> Iterator[Finding]:
    """What is different from a restore of an EBS volume."""
    ended = f", to {moment(backup.ended_at)}" if backup.ended_at else ""
    yield info(
        "efs_new_directory",
        f"{claim.path} of {backup.file_system} lands in a new directory of the same file system, "
        f"/aws-backup-restore_TIME{'' if claim.path == '/' else claim.path}; nothing is overwritten",
    )
    yield info(
        "efs_not_one_moment",
        f"the backup is not of one moment: it ran from {moment(backup.slot)}{ended}, and files that changed "
        "meanwhile are as of different times, or missing",
    )
    yield info(
        "efs_no_size",
        f"no size is checked, because EFS ignores the sizes of claims: the claim asks for "
        f"{claim.requested or '1Gi'} as before",
    )
    yield info(
        "efs_look",
        "no AWS API returns the directory's name: --look starts a read-only pod that finds it, and then "
        "makes the volume and the claim",
    )
