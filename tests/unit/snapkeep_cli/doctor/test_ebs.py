"""What the doctor makes of AWS' answers about volumes, keys and snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from snapkeep_cli.doctor.asking import Clients
from snapkeep_cli.doctor.ebs import Ebs
from snapkeep_cli.doctor.facts import Quota, Unknown
from tests.fakes.scripted_aws import REGION, scripted


@pytest.fixture
def account() -> Iterator[boto3.Session]:
    """An empty account."""
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name=REGION)


@pytest.fixture
def ebs(account: boto3.Session) -> Ebs:
    return Ebs(Clients(account, REGION))


def test_volumes_keep_the_order_of_their_claims_and_some_are_gone(account: boto3.Session, ebs: Ebs) -> None:
    specification: Any = [{"ResourceType": "volume", "Tags": [{"Key": "CSIVolumeName", "Value": "pvc-1"}]}]
    made = account.client("ec2").create_volume(
        AvailabilityZone="eu-west-1a", Size=1, TagSpecifications=specification
    )["VolumeId"]

    found = ebs.volumes({"vol-0123456789abcdef0": "shop/gone", made: "shop/data"})

    assert not isinstance(found, Unknown)
    gone, there = found
    assert (gone.claim, gone.tags) == ("shop/gone", None)
    assert (there.claim, there.tags) == ("shop/data", {"CSIVolumeName": "pvc-1"})


def test_more_volumes_than_a_filter_takes_are_asked_for_in_turns(ebs: Ebs) -> None:
    claims = {f"vol-{number:017x}": f"shop/data-{number}" for number in range(401)}

    found = ebs.volumes(claims)

    assert not isinstance(found, Unknown)
    assert len(found) == 401


def test_keys_have_a_state_or_are_gone(account: boto3.Session, ebs: Ebs) -> None:
    kms = account.client("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=made["KeyId"])
    key = made["Arn"]
    absent = key[:-12] + "000000000000"

    assert ebs.keys([key, absent]) == {key: "Disabled", absent: "gone"}


def test_snapshots_are_counted_only_as_far_as_it_matters() -> None:
    quota = {"Quota": {"Value": 10.0}}
    twelve = {"Snapshots": [{}] * 12}

    assert Ebs(scripted(get_service_quota=quota, describe_snapshots=twelve)).snapshots() == Quota(10, 8, 8)
    three = {"Snapshots": [{}] * 3}
    assert Ebs(scripted(get_service_quota=quota, describe_snapshots=three)).snapshots() == Quota(10, 3, 8)


def test_pending_snapshots_are_counted() -> None:
    assert Ebs(scripted(describe_snapshots={"Snapshots": [{}] * 5})).pending() == 5
