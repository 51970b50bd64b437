"""AWS Backup in memory: jobs that end when a test says so, and the recovery points of one vault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from snapkeep.domain.efs.jobs import Job, JobState, Stored, StoredState
from snapkeep.domain.errors import Forbidden, NotFound
from snapkeep.ports.clock import Clock
from tests.fakes.faults import Faults


@dataclass
class FakeBackup(Faults):
    """Implements the BackupJobs and BackupVault ports. `file_systems` are those that exist."""

    clock: Clock
    file_systems: set[str] = field(default_factory=set)
    jobs: dict[str, Job] = field(default_factory=dict)
    stored: dict[str, Stored] = field(default_factory=dict)
    locked: bool = False
    tags_read: list[str] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)
    _of_job: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Faults.__init__(self)

    def start(self, file_system: str, token: str, tags: Mapping[str, str]) -> Job:
        """Start a job, or return that of the same token."""
        self._before("start")
        if file_system not in self.file_systems:
            raise NotFound(f"there is no file system {file_system}")
        if token not in self._tokens:
            number = len(self.jobs) + 1
            point = f"arn:aws:backup:eu-west-1:111122223333:recovery-point:{number}"
            busy = any(self._of_job[each.id] == file_system for each in self._running())
            job = Job(f"job-{number}", point, JobState.WAITING if busy else JobState.RUNNING)
            self.jobs[job.id], self._tokens[token] = job, job.id
            self._of_job[job.id] = file_system
            self.stored[point] = Stored(
                point, file_system, StoredState.CREATING, self.clock(), tags=dict(tags)
            )
        self._after("start")
        return self.jobs[self._tokens[token]]

    def job(self, job_id: str) -> Job | None:
        """A job."""
        self._before("job")
        return self.jobs.get(job_id)

    def forget_jobs(self) -> None:
        """Forget all jobs and their tokens, as AWS does after 30 days."""
        self.jobs.clear()
        self._tokens.clear()

    def points(self) -> Iterator[Stored]:
        """All recovery points without their tags."""
        self._before("points")
        yield from (replace(each, tags={}) for each in list(self.stored.values()))

    def point(self, arn: str) -> Stored | None:
        """A recovery point with its tags."""
        self._before("point")
        return self.stored.get(arn)

    def tags(self, arn: str) -> Mapping[str, str] | None:
        """The tags of a recovery point."""
        self._before("tags")
        self.tags_read.append(arn)
        return self.stored[arn].tags if arn in self.stored else None

    def why_locked(self) -> str:
        """Whether the vault is locked."""
        self._before("why_locked")
        return "the vault is locked" if self.locked else ""

    def delete(self, arn: str) -> None:
        """Begin to delete a recovery point."""
        self._before("delete")
        if self.locked and arn in self.stored:
            raise Forbidden(f"the vault's lock protects {arn}")
        if arn in self.stored:
            self.stored[arn] = replace(self.stored[arn], state=StoredState.DELETING)
        self._after("delete")

    def tag(self, arn: str, **changes: str | None) -> None:
        """Let somebody set tags of ours (by the part after the colon), or remove them (None)."""
        after = dict(self.stored[arn].tags) | {f"snapkeep:{key}": value for key, value in changes.items()}
        kept = {key: value for key, value in after.items() if value is not None}
        self.stored[arn] = replace(self.stored[arn], tags=kept)

    def end(self, job_id: str, trouble: str = "", size_bytes: int = 0) -> None:
        """Complete a job, or let it fail with `trouble`; the next one of its file system begins."""
        job = self.jobs[job_id]
        state = JobState.FAILED if trouble else JobState.COMPLETED
        self.jobs[job_id] = replace(
            job, state=state, trouble=trouble, size_bytes=size_bytes, ended_at=self.clock()
        )
        if trouble:
            del self.stored[job.point]
        else:
            found = self.stored[job.point]
            self.stored[job.point] = replace(found, state=StoredState.READY, size_bytes=size_bytes)
        file_system = self._of_job[job_id]
        waiting = (each for each in self.jobs.values() if each.state is JobState.WAITING)
        if following := next((each for each in waiting if self._of_job[each.id] == file_system), None):
            self.jobs[following.id] = replace(following, state=JobState.RUNNING)

    def sweep(self) -> None:
        """Let deletions end."""
        for arn in [each.arn for each in self.stored.values() if each.state is StoredState.DELETING]:
            del self.stored[arn]

    def _running(self) -> Iterator[Job]:
        return (each for each in self.jobs.values() if each.state is JobState.RUNNING)
