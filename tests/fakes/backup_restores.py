"""Restores of AWS Backup in memory: jobs that end when a test says so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from snapkeep.domain.efs.jobs import JobState
from snapkeep.domain.efs.restore.jobs import RestoreJob
from snapkeep.domain.errors import NotFound
from tests.fakes.backup_vault import FakeBackup
from tests.fakes.faults import Faults


@dataclass
class FakeRestores(Faults):
    """Implements the RestoreJobs port for the recovery points of a vault; `asked` has what each job restores:
    recovery point, file system and path."""

    vault: FakeBackup
    jobs: dict[str, RestoreJob] = field(default_factory=dict)
    asked: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Faults.__init__(self)

    def start_restore(self, arn: str, file_system: str, path: str, token: str) -> str:
        """Start a job, or return that of the same token."""
        self._before("start_restore")
        if arn not in self.vault.stored:
            raise NotFound(f"there is no recovery point {arn}")
        if token not in self._tokens:
            job = RestoreJob(f"restore-{len(self.jobs) + 1}", JobState.RUNNING, self.vault.clock())
            self.jobs[job.id], self._tokens[token] = job, job.id
            self.asked[job.id] = arn, file_system, path
        self._after("start_restore")
        return self._tokens[token]

    def restore_job(self, job_id: str) -> RestoreJob | None:
        """A job."""
        self._before("restore_job")
        return self.jobs.get(job_id)

    def end(self, trouble: str = "") -> None:
        """Complete all running jobs, or let them fail with `trouble`."""
        state = JobState.FAILED if trouble else JobState.COMPLETED
        for job in [each for each in self.jobs.values() if each.state is JobState.RUNNING]:
            self.jobs[job.id] = replace(job, state=state, trouble=trouble, ended_at=self.vault.clock())

    def forget(self) -> None:
        """Forget all jobs, as AWS does after 30 days."""
        self.jobs.clear()
