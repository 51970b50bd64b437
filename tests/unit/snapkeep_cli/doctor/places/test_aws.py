"""What the doctor makes of AWS' answers about places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from snapkeep_cli.doctor.asking import Clients
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.places.aws import LOOKED, PlaceAws
from snapkeep_cli.doctor.places.facts import ClaimKey, ForwardRule
from tests.fakes.place_samples import VAULT
from tests.fakes.scripted_aws import REGION, refused, scripted


@pytest.fixture
def account() -> Iterator[boto3.Session]:
    """An empty account."""
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name=REGION)


@pytest.fixture
def there(account: boto3.Session) -> PlaceAws:
    return PlaceAws(Clients(account, REGION))


def test_a_rule_says_where_it_sends_events(account: boto3.Session, there: PlaceAws) -> None:
    assert there.rule("snapkeep-osaka-copies-ended") is None
    events = account.client("events")
    events.put_rule(Name="snapkeep-osaka-copies-ended", EventPattern='{"source":["aws.ec2"]}')
    bus = "arn:aws:events:ap-northeast-2:123456789012:event-bus/default"
    events.put_targets(Rule="snapkeep-osaka-copies-ended", Targets=[{"Id": "1", "Arn": bus}])

    assert there.rule("snapkeep-osaka-copies-ended") == ForwardRule(True, (bus,))
    events.disable_rule(Name="snapkeep-osaka-copies-ended")
    assert there.rule("snapkeep-osaka-copies-ended") == ForwardRule(False, (bus,))


def test_a_claims_key_shows_its_policy(account: boto3.Session, there: PlaceAws) -> None:
    made = account.client("kms").create_key()["KeyMetadata"]

    found = there.claim_key(made["KeyId"])  # moto wants the id

    assert isinstance(found, ClaimKey) and not isinstance(found.policy, Unknown)
    assert found.described["KeyManager"] == "CUSTOMER"
    assert found.policy["Statement"][0]["Effect"] == "Allow"
    assert there.key("11111111-1111-1111-1111-111111111111") is None


def test_only_copies_count_as_copies_in_progress() -> None:
    some: Any = [{"VolumeId": "vol-ffffffff"}, {"VolumeId": "vol-0123456789abcdef0"}, {}]

    assert PlaceAws(scripted(describe_snapshots={"Snapshots": some})).copies_in_progress() == 1


def test_a_region_says_whether_the_account_may_use_it() -> None:
    off = {"Regions": [{"RegionName": "me-south-1", "OptInStatus": "not-opted-in"}]}

    assert PlaceAws(scripted(describe_regions=off)).opted("me-south-1") == "not-opted-in"


def test_a_vaults_bus_takes_an_event_or_says_why_not() -> None:
    taken = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
    failed = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "AccessDenied", "ErrorMessage": "no"}]}

    assert PlaceAws(scripted(put_events=taken)).refusal(VAULT) == ""
    assert PlaceAws(scripted(put_events=failed)).refusal(VAULT) == "AccessDenied: no"
    assert isinstance(PlaceAws(scripted(put_events=refused("AccessDenied"))).refusal(VAULT), Unknown)
    assert LOOKED != "Snapkeep Copy Wanted"


def test_an_account_in_no_organization_has_no_management_account() -> None:
    alone = refused("AWSOrganizationsNotInUseException")
    member = {"Organization": {"MasterAccountId": "999988887777"}}

    assert PlaceAws(scripted(describe_organization=alone)).management_account() is None
    assert PlaceAws(scripted(describe_organization=member)).management_account() == "999988887777"
    denied = PlaceAws(scripted(describe_organization=refused("AccessDeniedException")))
    assert isinstance(denied.management_account(), Unknown)
