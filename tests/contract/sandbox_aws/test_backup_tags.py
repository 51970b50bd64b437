"""Tags of recovery points in the sandbox: AWS Backup allows fewer characters than EC2.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_KeyValue.html
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.launch import Sandbox
from tests.contract.sandbox_aws.test_backup import backup, efs, start

__all__ = ["backup", "efs"]


@pytest.mark.parametrize(
    "tags",
    [
        {"a": "1000:1000,2000"},
        {"a": "line\nbreak"},
        {"a": "x" * 257},
        {"a": "(1)"},
        {str(number): "" for number in range(51)},
    ],
    ids=["comma", "line break", "long", "bracket", "many"],
)
def test_tags_that_aws_backup_does_not_allow_fail_the_start(
    sandbox: Sandbox, backup: Any, efs: str, tags: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        start(backup, efs, RecoveryPointTags=tags)


def test_letters_of_all_scripts_are_allowed(backup: Any, efs: str) -> None:
    assert start(backup, efs, RecoveryPointTags={"a": "/사진/é-1_=2@x +y:z"})["BackupJobId"]
