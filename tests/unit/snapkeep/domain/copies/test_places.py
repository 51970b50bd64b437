"""Places: the share of EC2's limit that they use, and where the bus of a vault is."""

from __future__ import annotations

import boto3
import pytest

from snapkeep.domain.copies.places import IN_FLIGHT, MOST_IN_PROGRESS, Place, partition_of
from snapkeep_cli.config.regions import KNOWN


def test_others_in_the_account_can_still_copy_to_the_region() -> None:
    assert 0 < IN_FLIGHT < MOST_IN_PROGRESS


def test_every_region_is_in_the_partition_that_the_sdk_says() -> None:
    session = boto3.Session()
    assert {region: partition_of(region) for region in KNOWN} == {
        region: session.get_partition_for_region(region) for region in KNOWN
    }


@pytest.mark.parametrize(("account", "is_vault"), [("", False), ("222233334444", True)])
def test_a_place_in_another_account_is_a_vault(account: str, is_vault: bool) -> None:
    assert Place("there", "eu-west-1", "", account=account).is_vault == is_vault


def test_the_bus_of_a_vault_is_in_the_partition_of_its_region() -> None:
    place = Place("vault", "cn-north-1", "", account="222233334444")
    assert place.vault_bus == "arn:aws-cn:events:cn-north-1:222233334444:event-bus/snapkeep-vault"
