"""AWS Backup and EFS file systems, as AWS documents jobs, recovery points, restores and their rights."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .listening import Listener

As = Callable[..., Any]
ROLE = "arn:aws:iam::000000000000:role/backup"
VAULT = "efs"


@pytest.fixture
def backup(sandbox: Sandbox, control: AwsControl) -> Iterator[Any]:
    client = sandbox.client("backup")
    control.settings(backup_seconds=60, restore_seconds=60, backup_delete_seconds=60)
    client.create_backup_vault(BackupVaultName=VAULT)
    yield client
    after(control, minutes=5)  # no job of one test ends in another
    client.delete_backup_vault(BackupVaultName=VAULT)


@pytest.fixture
def efs(sandbox: Sandbox) -> str:
    """The ARN of a new file system."""
    return str(sandbox.client("efs").create_file_system()["FileSystemArn"])


def name_of(efs: str) -> str:
    return efs.rpartition("/")[2]


def start(backup: Any, efs: str, **more: Any) -> Any:
    return backup.start_backup_job(BackupVaultName=VAULT, ResourceArn=efs, IamRoleArn=ROLE, **more)


def state(backup: Any, job: Any) -> str:
    return str(backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"])


def after(control: AwsControl, **duration: float) -> None:
    control.advance(timedelta(**duration), only="none")


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def taken(backup: Any, control: AwsControl, efs: str, **more: Any) -> str:
    """The ARN of a completed recovery point."""
    job = start(backup, efs, **more)
    after(control, seconds=60)
    assert state(backup, job) == "COMPLETED"
    return str(job["RecoveryPointArn"])


def restore(backup: Any, point: str, **metadata: str) -> str:
    metadata = {"newFileSystem": "false", **metadata}
    asked = {"RecoveryPointArn": point, "Metadata": metadata, "IamRoleArn": ROLE}
    return str(backup.start_restore_job(**asked)["RestoreJobId"])


def test_a_job_says_its_recovery_point_at_once_and_takes_a_while(
    backup: Any, control: AwsControl, efs: str
) -> None:
    control.write_file(name_of(efs), "/data/a", "hello")
    job = start(backup, efs, RecoveryPointTags={"snapkeep:run": "r"})

    assert state(backup, job) == "RUNNING"
    after(control, seconds=60)
    shown = backup.describe_backup_job(BackupJobId=job["BackupJobId"])
    (point,) = backup.list_recovery_points_by_resource(ResourceArn=efs)["RecoveryPoints"]
    assert (shown["State"], shown["BackupSizeInBytes"]) == ("COMPLETED", 5)
    assert (point["RecoveryPointArn"], point["Status"]) == (job["RecoveryPointArn"], "COMPLETED")
    assert "Tags" not in point
    assert backup.list_tags(ResourceArn=point["RecoveryPointArn"])["Tags"] == {"snapkeep:run": "r"}


def test_a_retry_with_the_same_token_starts_nothing(backup: Any, efs: str) -> None:
    first, second = (start(backup, efs, IdempotencyToken="t") for _ in range(2))

    assert first["BackupJobId"] == second["BackupJobId"]
    other = {"BackupVaultName": VAULT, "ResourceArn": efs, "IdempotencyToken": "t", "IamRoleArn": ROLE + "2"}
    assert refusal(backup.start_backup_job, **other) == "InvalidParameterValueException"


def test_one_job_of_a_file_system_runs_at_a_time(backup: Any, control: AwsControl, efs: str) -> None:
    first, second = start(backup, efs), start(backup, efs)

    assert (state(backup, first), state(backup, second)) == ("RUNNING", "CREATED")
    after(control, seconds=60)
    assert (state(backup, first), state(backup, second)) == ("COMPLETED", "RUNNING")


def test_a_job_that_could_not_begin_within_its_window_expires(
    backup: Any, control: AwsControl, efs: str
) -> None:
    control.settings(backup_seconds=None)
    start(backup, efs)
    second = start(backup, efs, StartWindowMinutes=60)

    after(control, minutes=60)

    shown = backup.describe_backup_job(BackupJobId=second["BackupJobId"])
    assert (shown["State"], shown["StatusMessage"]) == (
        "EXPIRED",
        "There was a running job for the same resource.",
    )


def test_files_that_change_during_a_job_are_of_no_one_moment(
    backup: Any, control: AwsControl, efs: str
) -> None:
    name = name_of(efs)
    for path in ("/a", "/b"):
        control.write_file(name, path, "before")
    job = start(backup, efs)
    for path in ("/a", "/b"):
        control.write_file(name, path, "after")
    after(control, seconds=60)

    restore(backup, job["RecoveryPointArn"], **{"file-system-id": name})
    after(control, seconds=60)

    found = {path.rpartition("/")[2]: text for path, text in control.files(name).items() if path[3:]}
    assert found == {"a": "before", "b": "after"}


def test_a_restore_lands_in_a_new_directory_that_no_call_names(
    backup: Any, control: AwsControl, efs: str
) -> None:
    name = name_of(efs)
    control.write_file(name, "/claims/one/out.txt", "1")
    control.write_file(name, "/claims/two/out.txt", "2")
    point = taken(backup, control, efs)

    job = restore(backup, point, **{"file-system-id": name, "ItemsToRestore": '["/claims/one"]'})
    after(control, seconds=60)

    shown = backup.describe_restore_job(RestoreJobId=job)
    (new,) = (path for path in control.files(name) if path.startswith("/aws-backup-restore_"))
    assert (shown["Status"], shown["CreatedResourceArn"]) == ("COMPLETED", efs)
    assert new.endswith("Z/claims/one/out.txt")
    assert new.split("/")[1] not in json.dumps(shown, default=str)
    assert control.files(name)["/claims/one/out.txt"] == "1"


@pytest.mark.parametrize(
    "metadata",
    [
        {"newFileSystem": "perhaps"},
        {"file-system-id": "fs-00000000"},
        {"ItemsToRestore": '["relative"]'},
        {"ItemsToRestore": "["},
        {"ItemsToRestore": json.dumps(["/a"] * 6)},
        {"unknown": "key"},
    ],
)
def test_restores_with_wrong_metadata_are_refused(
    backup: Any, control: AwsControl, efs: str, metadata: dict[str, str]
) -> None:
    point = taken(backup, control, efs)
    given = {"newFileSystem": "false", "file-system-id": name_of(efs), **metadata}

    refused = refusal(backup.start_restore_job, RecoveryPointArn=point, Metadata=given, IamRoleArn=ROLE)

    assert refused == "InvalidParameterValueException"


def test_a_deleted_point_is_gone_after_a_while(backup: Any, control: AwsControl, efs: str) -> None:
    point = {"BackupVaultName": VAULT, "RecoveryPointArn": taken(backup, control, efs)}

    backup.delete_recovery_point(**point)

    assert backup.describe_recovery_point(**point)["Status"] == "DELETING"
    after(control, seconds=60)
    assert refusal(backup.describe_recovery_point, **point) == "ResourceNotFoundException"
    assert refusal(backup.delete_recovery_point, **point) == "ResourceNotFoundException"


def test_a_failed_job_leaves_no_point(backup: Any, control: AwsControl, efs: str) -> None:
    control.fail_backups(name_of(efs))
    job = start(backup, efs)
    after(control, seconds=60)

    assert state(backup, job) == "FAILED"
    assert backup.list_recovery_points_by_resource(ResourceArn=efs)["RecoveryPoints"] == []


def test_a_lock_keeps_points_until_their_retention_has_passed(
    sandbox: Sandbox, backup: Any, control: AwsControl, efs: str
) -> None:
    control.settings(functions_follow_clock=True)
    vault = {"BackupVaultName": "locked"}
    backup.create_backup_vault(**vault)
    backup.put_backup_vault_lock_configuration(**vault, MinRetentionDays=7)
    job = {**vault, "ResourceArn": efs, "IamRoleArn": ROLE}
    short = refusal(backup.start_backup_job, **job, Lifecycle={"DeleteAfterDays": 3})
    points = [backup.start_backup_job(**job, Lifecycle={"DeleteAfterDays": 7})["RecoveryPointArn"]]
    after(control, seconds=60)
    points.append(backup.start_backup_job(**job)["RecoveryPointArn"])
    after(control, seconds=60)

    kept = [refusal(backup.delete_recovery_point, **vault, RecoveryPointArn=each) for each in points]
    after(control, days=8)
    left = backup.list_recovery_points_by_backup_vault(**vault)["RecoveryPoints"]

    assert (short, kept) == ("InvalidParameterValueException", ["InvalidRequestException"] * 2)
    assert [each["RecoveryPointArn"] for each in left] == points[1:]  # without a retention, it stays for ever


def test_tags_and_the_policy_of_a_vault_decide_who_deletes_points(
    acting_as: As, backup: Any, control: AwsControl, efs: str
) -> None:
    ours = taken(backup, control, efs, RecoveryPointTags={"snapkeep:managed": "true"})
    foreign = taken(backup, control, efs)
    statement = {
        "Effect": "Allow",
        "Action": "backup:DeleteRecoveryPoint",
        "Resource": "arn:aws:backup:*:*:recovery-point:*",
        "Condition": {"StringEquals": {"aws:ResourceTag/snapkeep:managed": "true"}},
    }
    us = acting_as(statement, service="backup")

    def delete(arn: str) -> str:
        return refusal(us.delete_recovery_point, BackupVaultName=VAULT, RecoveryPointArn=arn)

    assert delete(foreign) == "AccessDeniedException"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    backup.put_backup_vault_access_policy(BackupVaultName=VAULT, Policy=policy)
    assert delete(ours) == "AccessDeniedException"
    backup.delete_backup_vault_access_policy(BackupVaultName=VAULT)
    us.delete_recovery_point(BackupVaultName=VAULT, RecoveryPointArn=ours)


def test_who_starts_a_job_passes_its_role(acting_as: As, backup: Any, efs: str) -> None:
    begin = {"Effect": "Allow", "Action": "backup:StartBackupJob", "Resource": "*"}
    passing = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": ROLE,
        "Condition": {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
    }
    job = {"BackupVaultName": VAULT, "ResourceArn": efs, "IamRoleArn": ROLE}

    without = acting_as(begin, service="backup")
    assert refusal(without.start_backup_job, **job) == "AccessDeniedException"
    assert acting_as(begin, passing, service="backup").start_backup_job(**job)["BackupJobId"]


ORDER = [
    ("Backup Job State Change", "CREATED", ""),
    ("Backup Job State Change", "RUNNING", ""),
    ("Backup Job State Change", "COMPLETED", ""),
    ("Recovery Point State Change", "", "COMPLETED"),
    ("Restore Job State Change", "CREATED", ""),
    ("Restore Job State Change", "", "RUNNING"),
    ("Restore Job State Change", "", "COMPLETED"),
]
"""What is said of a job and a restore: the kind, and what the detail has as `state` and as `status`."""


def words(event: Any) -> tuple[str, str, str]:
    return event["detail-type"], event["detail"].get("state", ""), event["detail"].get("status", "")


def test_events_have_the_odd_shapes_that_aws_documents(
    sandbox: Sandbox, backup: Any, control: AwsControl, efs: str
) -> None:
    with Listener(sandbox, sandbox.region, "backups", {"source": ["aws.backup"]}) as listener:
        point = taken(backup, control, efs)
        restore(backup, point, **{"file-system-id": name_of(efs)})
        after(control, seconds=60)
        heard = sorted(listener.heard(), key=lambda event: ORDER.index(words(event)))

    said = [(each["detail-type"].split(" State")[0], each["detail"], each["resources"]) for each in heard]

    assert [words(each) for each in heard] == ORDER
    assert [resources for _, _, resources in said] == [[], [], [point], [point], [], [], [point]]
    assert said[2][1]["backupSizeInBytes"] == "0"
    assert set(said[0][1]) == {"backupJobId", "state", "creationDate"}
