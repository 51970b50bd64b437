"""Backups of EFS file systems: one for each file system, policy and slot, shared by all claims in it.

A file system is backed up whole, by one job at a time, so claims share it.
https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.efs.jobs import Job, JobState
from snapkeep.domain.naming import short_hash, tag_value
from snapkeep.domain.points import PointState
from snapkeep.domain.times import compact

TRY_AGAIN_FOR = timedelta(hours=12)
"""A job that failed is started again until then. One that waited for somebody else's job may have expired
after 8 hours, and the other job may be the first backup of a large file system.
"""

PLAIN = "_.:/+-@"
"""What a path in a tag contains as it is, besides letters and digits of all scripts."""

PAUSE = timedelta(minutes=10)
"""How long after a failed job the next one is started. Every event of AWS Backup lets a pass look at all
backups, so two file systems whose jobs fail at once would start each other's again and again.
"""

CLAIM_TAG = "snapkeep:claim-{number}"
MOST_CLAIM_TAGS = 40
"""AWS allows 50 tags; further claims of a file system are found through the journal or the cluster.
https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
"""


@dataclass(frozen=True, slots=True)
class EfsClaim:
    """A claim as a backup of its file system remembers it: enough to make it again.

    `path` is its folder from the root of the file system. `user` is what its access point makes of everybody,
    such as `1000:1000`, or `1000:1000,2000` with further groups, "" without one.
    """

    cluster: str
    namespace: str
    name: str
    uid: str
    path: str
    user: str = ""
    requested: str = ""
    storage_class: str = ""
    access_modes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class EfsBackup:
    """The backup of a file system for a policy at a slot (UTC), and the claims in it.

    `attempt` counts its jobs, from 1: a job that failed is followed by another. `job` and `arn`, of its
    recovery point, are "" until AWS has named them. It is `planned`, then `pending` while a job waits or
    runs, then `ready` or `failed` for the `reason`. `ended_at` of an open one is when its last job failed.
    Sizes are bytes, times aware UTC. `revision` counts its records.
    """

    file_system: str
    policy: str
    slot: datetime
    deployment: str
    claims: tuple[EfsClaim, ...]
    accepted_at: datetime
    attempt: int = 1
    job: str = ""
    arn: str = ""
    state: PointState = PointState.PLANNED
    size_bytes: int = 0
    ended_at: datetime | None = None
    reason: str = ""
    revision: int = 0

    @property
    def is_open(self) -> bool:
        """True until it is ready or failed."""
        return not self.state.is_final

    def pauses(self, now: datetime) -> bool:
        """True right after a job of an open backup failed."""
        return self.state is PointState.PLANNED and self.ended_at is not None and now - self.ended_at < PAUSE

    @property
    def id(self) -> str:
        """Its name, the same for every planner of the slot."""
        return backup_id(self.file_system, self.policy, self.slot, self.deployment)

    @property
    def token(self) -> str:
        """What makes AWS start one job only, however often it is asked."""
        return f"{self.id}-{self.attempt}"

    @property
    def clusters(self) -> tuple[str, ...]:
        """The clusters whose claims are in it."""
        return tuple(sorted({claim.cluster for claim in self.claims}))


def backup_id(file_system: str, policy: str, slot: datetime, deployment: str) -> str:
    """The name of a backup, which nothing else has."""
    digest = short_hash(file_system, policy, compact(slot), deployment)
    return f"{file_system}-{compact(slot).lower()}-{digest}"


def tags_of(backup: EfsBackup) -> dict[str, str]:
    """The tags of its recovery point, which alone say what it is, and whose folders are in it."""
    named = {
        CLAIM_TAG.format(number=number): tag_value(" ".join(filter(None, _words(claim))))
        for number, claim in enumerate(backup.claims[:MOST_CLAIM_TAGS], start=1)
    }
    return {
        tags.MANAGED: "true",
        tags.DEPLOYMENT: backup.deployment,
        tags.POLICY: backup.policy,
        tags.SLOT: compact(backup.slot),
        tags.POINT: backup.id,
        **named,
    }


def _words(claim: EfsClaim) -> tuple[str, ...]:
    name = f"{claim.cluster}/{claim.namespace}/{claim.name}"
    return name, _quoted(claim.path), claim.user.replace(",", "+")


def _quoted(path: str) -> str:
    """A path in the characters that AWS Backup allows in tags: others, spaces and `=` are quoted-printable,
    as in `/my=20photos`.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_KeyValue.html
    """
    return "".join(
        letter
        if letter in PLAIN or unicodedata.category(letter)[0] in "LN"
        else "".join(f"={byte:02X}" for byte in letter.encode(errors="surrogatepass"))
        for letter in path
    )


def started(backup: EfsBackup, job: Job) -> EfsBackup:
    """The backup after AWS has named its job."""
    return replace(backup, state=PointState.PENDING, job=job.id, arn=job.point)


def followed(backup: EfsBackup, job: Job | None, now: datetime) -> EfsBackup:
    """The backup as its job stands; None is a job that AWS does not know.

    After a failed job another one is due, `planned`, unless the time for that is over. One that AWS does not
    know is asked for again by the same token: if AWS only answered late, that starts nothing.
    """
    if job is not None and not job.state.has_ended:
        return backup
    if job is not None and job.state is JobState.COMPLETED:
        return replace(
            backup,
            state=PointState.READY,
            arn=job.point or backup.arn,
            size_bytes=job.size_bytes,
            ended_at=job.ended_at or now,
            reason=job.trouble,
        )
    why = job.trouble if job else f"AWS Backup does not know its job {backup.job}"
    if now - backup.accepted_at < TRY_AGAIN_FOR:
        again = backup.attempt + (job is not None)
        ended = now if job else None
        return replace(
            backup, state=PointState.PLANNED, attempt=again, job="", arn="", reason=why, ended_at=ended
        )
    jobs = "its AWS Backup job" if backup.attempt == 1 else f"all {backup.attempt} AWS Backup jobs"
    return failed(backup, f"{jobs} failed: {why}", now)


def failed(backup: EfsBackup, reason: str, now: datetime) -> EfsBackup:
    """The backup, given up."""
    return replace(backup, state=PointState.FAILED, ended_at=now, reason=reason)


def newest_of(
    backups: Iterable[EfsBackup], states: Collection[PointState] = (PointState.READY,)
) -> Iterator[tuple[EfsBackup, EfsClaim]]:
    """The newest backup of each claim that is in one of these states, with the claim as it was then."""
    found: dict[tuple[str, str], tuple[EfsBackup, EfsClaim]] = {}
    for backup in backups:
        if backup.state not in states:
            continue
        for claim in backup.claims:
            known = found.get((claim.cluster, claim.uid))
            if known is None or known[0].slot < backup.slot:
                found[claim.cluster, claim.uid] = backup, claim
    yield from found.values()
