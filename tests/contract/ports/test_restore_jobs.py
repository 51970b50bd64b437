"""One contract for the RestoreJobs port: the fake, and the adapter on the sandbox.

moto and ministack have no restores of AWS Backup.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.aws.backup_restores import AwsRestores
from snapkeep.adapters.aws.backup_vault import AwsBackup
from snapkeep.domain.efs.jobs import JobState
from snapkeep.domain.errors import NotFound
from snapkeep.ports.efs_restores import RestoreJobs
from tests.fakes.backup_restores import FakeRestores
from tests.fakes.backup_vault import FakeBackup

MISSING = "arn:aws:backup:ap-northeast-2:000000000000:recovery-point:00000000-0000-0000-0000-000000000000"


class Account(ABC):
    """A file system with files, and one recovery point of it."""

    jobs: RestoreJobs
    file_system: str
    arn: str

    @abstractmethod
    def end(self, *, fails: bool = False) -> None:
        """Let the running jobs end."""


class FakeAccount(Account):
    def __init__(self) -> None:
        vault = FakeBackup(lambda: datetime(2026, 5, 1, tzinfo=UTC), {"fs-01234567"})
        job = vault.start("fs-01234567", "token", {})
        vault.end(job.id)
        self.jobs = self.fake = FakeRestores(vault)
        self.file_system, self.arn = "fs-01234567", job.point

    def end(self, *, fails: bool = False) -> None:
        self.fake.end("it broke" if fails else "")


class SandboxAccount(Account):
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        vault = f"vault-{uuid.uuid4().hex[:12]}"
        sandbox.aws.settings(backup_seconds=60, restore_seconds=60)
        client = sandbox.client("backup")
        client.create_backup_vault(BackupVaultName=vault)
        role = f"arn:aws:iam::{sandbox.account}:role/backup"
        resources = f"arn:aws:elasticfilesystem:{sandbox.region}:{sandbox.account}:file-system/"
        self.file_system = str(sandbox.client("efs").create_file_system(CreationToken=vault)["FileSystemId"])
        for path in ("/web/a.txt", '/web "ü"/b.txt', "/other/c.txt"):
            sandbox.aws.write_file(self.file_system, path, path)
        job = AwsBackup(client, vault, role, resources).start(self.file_system, vault, {})
        sandbox.aws.advance(timedelta(seconds=60), only="none")
        self.arn = job.point
        self.jobs = AwsRestores(client, role)

    def end(self, *, fails: bool = False) -> None:
        if fails:
            self.sandbox.aws.fail_backups(self.file_system)
        self.sandbox.aws.advance(timedelta(seconds=60), only="none")

    def restored(self) -> list[str]:
        """The paths in restored directories, without their names."""
        files = self.sandbox.aws.files(self.file_system)
        return sorted(each.partition("Z/")[2] for each in files if "aws-backup-restore_" in each)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cluster="") as running:
        yield running


@pytest.fixture(params=["fake", "sandbox"])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "fake":
        return FakeAccount()
    return SandboxAccount(request.getfixturevalue("sandbox"))


def start(account: Account, path: str = "/web", token: str = "") -> str:
    return account.jobs.start_restore(account.arn, account.file_system, path, token or uuid.uuid4().hex)


def test_a_job_runs_and_completes(account: Account) -> None:
    name = start(account)
    running = account.jobs.restore_job(name)

    account.end()

    ended = account.jobs.restore_job(name)
    assert running and not running.state.has_ended and running.ended_at is None
    assert ended and (ended.state, ended.trouble) == (JobState.COMPLETED, "")
    assert ended.ended_at and ended.began_at == running.began_at <= ended.ended_at


def test_a_repeated_start_is_the_same_job(account: Account) -> None:
    token = uuid.uuid4().hex

    assert start(account, token=token) == start(account, token=token) != start(account)


def test_a_failed_job_says_why(account: Account) -> None:
    name = start(account)
    account.end(fails=True)

    ended = account.jobs.restore_job(name)
    assert ended and ended.state is JobState.FAILED and ended.trouble


def test_an_unknown_point_and_an_unknown_job(account: Account) -> None:
    with pytest.raises(NotFound):
        account.jobs.start_restore(MISSING, account.file_system, "/web", uuid.uuid4().hex)
    assert account.jobs.restore_job("00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize(
    ("path", "restored"),
    [
        ("/web", ["web/a.txt"]),
        ('/web "ü"', ['web "ü"/b.txt']),
        ("/", ["other/c.txt", 'web "ü"/b.txt', "web/a.txt"]),
    ],
)
def test_exactly_the_folder_is_restored_with_its_path(
    sandbox: Sandbox, path: str, restored: list[str]
) -> None:
    account = SandboxAccount(sandbox)
    start(account, path)
    account.end()

    assert account.restored() == restored
