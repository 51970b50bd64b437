"""What keys promise: those in memory and those of KMS."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.aws.kms import KmsKeys
from snapkeep.ports.ec2 import Keys
from tests.fakes.keys import FakeKeys

GOOD, DISABLED = (
    "arn:aws:kms:ap-northeast-2:123456789012:key/1",
    "arn:aws:kms:ap-northeast-2:123456789012:key/2",
)


@pytest.fixture(params=["memory", "moto"])
def world(request: pytest.FixtureRequest) -> tuple[Keys, str, str]:
    """The port, the ARN of a key in use and that of a disabled one."""
    if request.param == "memory":
        fake = FakeKeys()
        fake.troubles[DISABLED] = f"{DISABLED} is disabled"
        return fake, GOOD, DISABLED
    kms: Any = request.getfixturevalue("aws").client("kms")
    good, disabled = (kms.create_key()["KeyMetadata"] for _ in range(2))
    kms.disable_key(KeyId=disabled["KeyId"])
    return KmsKeys(kms), good["Arn"], disabled["Arn"]


def test_a_key_in_use_is_no_trouble(world: tuple[Keys, str, str]) -> None:
    keys, good, _ = world
    assert keys.trouble(good) == ""


def test_a_trouble_names_the_key(world: tuple[Keys, str, str]) -> None:
    keys, _, disabled = world
    assert keys.trouble(disabled) == f"{disabled} is disabled"
