"""What AWS Backup's errors mean, and its pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.backup_vault import AwsBackup
from snapkeep.domain.efs.jobs import JobState
from snapkeep.domain.errors import (
    Forbidden,
    NotFound,
    PermanentError,
    SnapkeepError,
    TemporaryError,
    Throttled,
)

ROLE = "arn:aws:iam::111122223333:role/backup"
RESOURCES = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/"
FS = "fs-0123456789abcdef0"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def client() -> Any:
    return boto3.client("backup", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def backup(client: Any) -> AwsBackup:
    return AwsBackup(client, "vault", ROLE, RESOURCES)


@pytest.mark.parametrize(
    ("code", "message", "status", "kind"),
    [
        ("ResourceNotFoundException", "no vault", 400, NotFound),
        ("InvalidParameterValueException", "The resource does not exist", 400, NotFound),
        ("InvalidParameterValueException", "Window too short", 400, PermanentError),
        ("AccessDeniedException", "denied", 403, Forbidden),
        ("LimitExceededException", "too many jobs", 400, TemporaryError),
        ("ThrottlingException", "Rate exceeded", 400, Throttled),
        ("ServiceUnavailableException", "later", 503, TemporaryError),
    ],
)
def test_an_error_of_a_start_says_whether_a_retry_helps(
    aws: Stubber, backup: AwsBackup, code: str, message: str, status: int, kind: type[SnapkeepError]
) -> None:
    aws.add_client_error("start_backup_job", code, message, status)

    with pytest.raises(kind, match=message) as raised:
        backup.start(FS, "t", {})

    assert type(raised.value) is kind
    assert FS in raised.value.reason


def test_a_point_that_the_lock_protects_cannot_be_deleted(aws: Stubber, backup: AwsBackup) -> None:
    aws.add_client_error("delete_recovery_point", "InvalidRequestException", "locked")

    with pytest.raises(Forbidden, match="locked"):
        backup.delete("arn:1")


def test_a_job_that_expired_without_words_says_its_state(aws: Stubber, backup: AwsBackup) -> None:
    aws.add_response("describe_backup_job", {"BackupJobId": "j", "State": "EXPIRED", "CompletionDate": NOW})

    job = backup.job("j")

    assert job is not None
    assert (job.state, job.trouble, job.ended_at) == (JobState.FAILED, "EXPIRED", NOW)


def test_points_and_tags_are_read_page_by_page(aws: Stubber, backup: AwsBackup) -> None:
    def page(number: int) -> dict[str, Any]:
        return {
            "RecoveryPointArn": f"arn:{number}",
            "ResourceArn": RESOURCES + FS,
            "Status": "COMPLETED",
            "CreationDate": NOW,
        }

    listed = "list_recovery_points_by_backup_vault"
    asked = {"BackupVaultName": "vault", "MaxResults": 1000, "ByResourceType": "EFS"}
    aws.add_response(listed, {"RecoveryPoints": [page(1)], "NextToken": "n"}, asked)
    aws.add_response(listed, {"RecoveryPoints": [page(2)]}, {**asked, "NextToken": "n"})
    aws.add_response("describe_recovery_point", page(2))
    aws.add_response("list_tags", {"Tags": {"a": "1"}, "NextToken": "t"}, {"ResourceArn": "arn:2"})
    aws.add_response("list_tags", {"Tags": {"b": "2"}}, {"ResourceArn": "arn:2", "NextToken": "t"})

    assert [(each.arn, each.file_system) for each in backup.points()] == [("arn:1", FS), ("arn:2", FS)]
    point = backup.point("arn:2")
    assert point is not None and point.tags == {"a": "1", "b": "2"}
