"""What the doctor asks about places, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.api.connection import NoApi
from snapkeep_cli.api.transport import Answer
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.places import gather
from snapkeep_cli.doctor.places.facts import RegionFacts, Stands, VaultFacts
from tests.fakes.doctor_samples import KEY, healthy
from tests.fakes.place_samples import OSAKA, VAULT
from tests.fakes.world import a_policy

STATUS = """{"places": [{"place": "osaka", "on_time": 1, "late": 2, "not_copied": 0, "failed": 0,
"oldest": "2026-11-24T18:00:00Z"}]}"""
DEPLOYMENT = Deployment(
    clusters=(Cluster("myeks", "eu-west-1"),),
    policies=(a_policy(copies=(CopyRule("osaka", {"last": 3}),)),),
    places=(OSAKA, VAULT, replace(OSAKA, name="old", retire=True)),
)


class Answering:
    """An API that answers every request with the same status."""

    def send(self, *_: Any) -> Answer:
        return Answer(200, {}, STATUS)


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    """An empty account."""
    with mock_aws():
        yield boto3.Session("testing", "testing", region_name="eu-west-1")


@pytest.fixture(autouse=True)
def _answering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "reach", lambda *_: ApiClient(Answering()))


def test_each_place_is_asked_once_except_those_that_retire(session: boto3.Session) -> None:
    osaka, vault = gather.places(session, DEPLOYMENT, [healthy()])

    assert (osaka.place, vault.place) == (OSAKA, VAULT)
    assert isinstance(osaka.there, RegionFacts) and osaka.there.rule is None
    assert osaka.every == {"nightly": "every point"}
    stands = osaka.stands["myeks"]
    assert isinstance(stands, Stands) and (stands.on_time, stands.late) == (1, 2)
    assert isinstance(vault.there, VaultFacts) and vault.there.claims == {KEY: ["shop/data"]}
    assert vault.stands == {"myeks": None}


def test_without_a_deployed_api_it_is_said_why_ages_are_unknown(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any) -> ApiClient:
        raise NoApi("no_deployment", "there is no stack Snapkeep", "deploy it")

    monkeypatch.setattr(gather, "reach", none)
    osaka, _ = gather.places(session, DEPLOYMENT, [healthy()])

    assert osaka.stands == {"myeks": Unknown("there is no stack Snapkeep", "deploy it")}


def test_claims_whose_volumes_are_unknown_leave_their_keys_unknown(session: boto3.Session) -> None:
    closed = Unknown("forbidden")
    _, vault = gather.places(session, DEPLOYMENT, [healthy(), healthy(volumes=closed)])

    assert isinstance(vault.there, VaultFacts) and vault.there.keys == closed


def test_nothing_is_asked_without_places_or_credentials(session: boto3.Session) -> None:
    assert list(gather.places(session, replace(DEPLOYMENT, places=()), [healthy()])) == []
    assert list(gather.places(session, DEPLOYMENT, [healthy(caller=Unknown("none"))])) == []
    assert list(gather.adopted(session, DEPLOYMENT, [healthy()])) == []
    assert list(gather.places(session, DEPLOYMENT, [])) == []
    assert list(gather.adopted(session, replace(DEPLOYMENT, adopt=True), [])) == []


def test_a_deployment_that_adopts_copies_sees_those_of_its_region(session: boto3.Session) -> None:
    ec2 = session.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    tags: Any = [{"ResourceType": "snapshot", "Tags": [{"Key": "snapkeep:managed", "Value": "copy"}]}]
    made = ec2.create_snapshot(VolumeId=volume, TagSpecifications=tags)["SnapshotId"]

    (found,) = gather.adopted(session, replace(DEPLOYMENT, adopt=True), [healthy()])

    assert (found.copies, found.unreadable, found.clusters) == ((), (made,), ("myeks",))
