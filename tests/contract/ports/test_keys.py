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


def test_a_key_in_use_encrypts_copies_and_a_disabled_one_does_not(world: tuple[Keys, str, str]) -> None:
    keys, good, disabled = world
    assert keys.encrypting(good) == ""
    assert keys.encrypting(disabled) == f"{disabled} is disabled"


@pytest.fixture(params=["memory", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def managers(request: pytest.FixtureRequest) -> tuple[Keys, str, str]:
    """The port, the ARN of a customer's key and that of the key of AWS for EBS."""
    if request.param == "memory":
        fake = FakeKeys()
        fake.of_aws.add(DISABLED)
        return fake, GOOD, DISABLED
    sandbox = request.getfixturevalue("sandbox")
    zone = f"{sandbox.region}a"
    volume = sandbox.client("ec2").create_volume(AvailabilityZone=zone, Size=1, Encrypted=True)
    kms: Any = sandbox.client("kms")
    return KmsKeys(kms), kms.create_key()["KeyMetadata"]["Arn"], volume["KmsKeyId"]


def test_the_key_of_aws_is_told_from_a_customers(managers: tuple[Keys, str, str]) -> None:
    keys, customers, of_aws = managers
    assert not keys.is_of_aws(customers) and keys.is_of_aws(of_aws)
    assert not keys.is_of_aws(customers[:-36] + "00000000-0000-0000-0000-000000000000")
