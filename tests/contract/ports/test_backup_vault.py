"""One contract for the BackupJobs and BackupVault ports: the fake, and the adapter on the sandbox.

moto starts no jobs, and ministack alone keeps no recovery points.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.backup_vault import AwsBackup
from snapkeep.domain.efs.jobs import JobState, StoredState
from snapkeep.domain.errors import Forbidden, NotFound
from tests.fakes.backup_vault import FakeBackup

TAGS = {"snapkeep:managed": "true", "snapkeep:policy": "nightly"}


class Account(ABC):
    """A vault, and file systems beside it."""

    backup: FakeBackup | AwsBackup

    @abstractmethod
    def file_system(self) -> str:
        """A new file system."""

    @abstractmethod
    def end(self, job_id: str, *, fails: bool = False) -> None:
        """Let the running job of a file system end."""

    @abstractmethod
    def sweep(self) -> None:
        """Let deletions end."""

    @abstractmethod
    def lock(self) -> None:
        """Lock the vault."""


class FakeAccount(Account):
    def __init__(self) -> None:
        self.backup = self.fake = FakeBackup(lambda: datetime(2026, 5, 1, tzinfo=UTC))

    def file_system(self) -> str:
        name = f"fs-{len(self.fake.file_systems):08x}"
        self.fake.file_systems.add(name)
        return name

    def end(self, job_id: str, *, fails: bool = False) -> None:
        self.fake.end(job_id, "it broke" if fails else "")

    def sweep(self) -> None:
        self.fake.sweep()

    def lock(self) -> None:
        self.fake.locked = True


class SandboxAccount(Account):
    def __init__(self, sandbox: Sandbox, vault: str) -> None:
        self.sandbox, self.vault = sandbox, vault
        sandbox.aws.settings(backup_seconds=60, backup_delete_seconds=60)
        self.client = sandbox.client("backup")
        self.client.create_backup_vault(BackupVaultName=vault)
        resources = f"arn:aws:elasticfilesystem:{sandbox.region}:{sandbox.account}:file-system/"
        self.backup = AwsBackup(self.client, vault, f"arn:aws:iam::{sandbox.account}:role/backup", resources)
        self.names: dict[str, str] = {}

    def file_system(self) -> str:
        self.name = str(self.sandbox.client("efs").create_file_system()["FileSystemId"])
        return self.name

    def end(self, job_id: str, *, fails: bool = False) -> None:
        if fails:
            self.sandbox.aws.fail_backups(self.name)
        self.sandbox.aws.advance(timedelta(seconds=60), only="none")

    def sweep(self) -> None:
        self.sandbox.aws.advance(timedelta(seconds=60), only="none")

    def lock(self) -> None:
        self.client.put_backup_vault_lock_configuration(BackupVaultName=self.vault, MinRetentionDays=1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cluster="") as running:
        yield running


@pytest.fixture(params=["fake", "sandbox"])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "fake":
        return FakeAccount()
    return SandboxAccount(request.getfixturevalue("sandbox"), request.node.name[:40].replace("[", "-"))


def test_a_job_ends_with_a_recovery_point_that_carries_the_tags(account: Account) -> None:
    name = account.file_system()
    started = account.backup.start(name, "t1", TAGS)
    running = account.backup.job(started.id)

    account.end(started.id)

    ended = account.backup.job(started.id)
    assert running and not running.state.has_ended
    assert ended and (ended.state, ended.point, ended.trouble) == (JobState.COMPLETED, started.point, "")
    assert ended.ended_at is not None
    (listed,) = account.backup.points()
    point = account.backup.point(started.point)
    assert (listed.arn, listed.file_system, listed.state) == (started.point, name, StoredState.READY)
    assert point is not None and point.tags == TAGS


def test_a_repeated_start_is_the_same_job(account: Account) -> None:
    name = account.file_system()
    first, second = (account.backup.start(name, "t2", TAGS) for _ in range(2))

    assert (first.id, first.point) == (second.id, second.point)
    assert len(list(account.backup.points())) == 1


def test_a_second_job_of_a_file_system_waits_for_the_first(account: Account) -> None:
    name = account.file_system()
    first, second = account.backup.start(name, "t3", TAGS), account.backup.start(name, "t4", TAGS)

    def states() -> list[JobState]:
        return [found.state for each in (first, second) if (found := account.backup.job(each.id))]

    assert states() == [JobState.RUNNING, JobState.WAITING]
    account.end(first.id)
    assert states() == [JobState.COMPLETED, JobState.RUNNING]


def test_a_failed_job_says_why_and_leaves_nothing(account: Account) -> None:
    started = account.backup.start(account.file_system(), "t5", TAGS)

    account.end(started.id, fails=True)

    ended = account.backup.job(started.id)
    assert ended and ended.state is JobState.FAILED and ended.trouble
    assert list(account.backup.points()) == []


def test_an_unknown_file_system_and_an_unknown_job(account: Account) -> None:
    with pytest.raises(NotFound):
        account.backup.start("fs-ffffffffffffffff", "t6", TAGS)
    assert account.backup.job("00000000-0000-0000-0000-000000000000") is None


def test_a_deleted_point_goes_and_may_be_deleted_again(account: Account) -> None:
    started = account.backup.start(account.file_system(), "t7", TAGS)
    account.end(started.id)

    account.backup.delete(started.point)

    point = account.backup.point(started.point)
    assert point is not None and point.state is StoredState.DELETING
    account.sweep()
    assert account.backup.point(started.point) is None
    account.backup.delete(started.point)


def test_a_locked_vault_keeps_its_points(account: Account) -> None:
    account.lock()
    started = account.backup.start(account.file_system(), "t8", TAGS)
    account.end(started.id)

    with pytest.raises(Forbidden):
        account.backup.delete(started.point)
    point = account.backup.point(started.point)
    assert point is not None and point.state is StoredState.READY


def test_the_tags_of_a_point_are_read_alone(account: Account) -> None:
    started = account.backup.start(account.file_system(), "t9", TAGS)
    account.end(started.id)

    assert account.backup.tags(started.point) == TAGS
    account.backup.delete(started.point)
    account.sweep()
    assert account.backup.tags(started.point) is None


def test_a_vault_says_whether_it_is_locked(account: Account) -> None:
    assert account.backup.why_locked() == ""
    account.lock()
    assert account.backup.why_locked().endswith("is locked")
