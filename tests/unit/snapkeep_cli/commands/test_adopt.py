"""`snapkeep adopt`: says first, writes with --yes, and refuses a cluster that somebody else serves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from snapkeep.domain import tags
from snapkeep.domain.naming import point_id
from snapkeep_cli.commands.adopt import BATCH, _listed
from snapkeep_cli.doctor.asking import Clients
from snapkeep_cli.main import app

REGION = "eu-west-1"
CONFIG = """
clusters: [{name: myeks, region: eu-west-1}]
policies:
  - name: nightly
    selection: {namespaces: [shop]}
    schedule: {expression: "0 2 * * *"}
    method: ebs
    retention: {last: 7}
"""
SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)
BEFORE = {
    tags.MANAGED: "true",
    tags.CLUSTER: "myeks",
    tags.NAMESPACE: "shop",
    tags.CLAIM: "data",
    tags.CLAIM_UID: "uid-data",
    tags.POLICY: "nightly",
    tags.SLOT: "20261124T180000Z",
    tags.POINT: point_id("data", "myeks", "uid-data", "nightly", SLOT),
}


class Account:
    """An account in which `snapkeep adopt` is typed."""

    def __init__(self, config: Path) -> None:
        self.ec2: Any = boto3.client("ec2", region_name=REGION)
        self.ssm: Any = boto3.client("ssm", region_name=REGION)
        self.volume = self.ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
        self.config = config

    def serve(self, deployment: str) -> None:
        self.ssm.put_parameter(
            Name="/snapkeep/clusters/myeks", Value=deployment, Type="String", Overwrite=True
        )

    def snapshot(self, **changes: str) -> str:
        named = {**BEFORE, **{key.replace("_", ":"): value for key, value in changes.items()}}
        given = [{"Key": key, "Value": value} for key, value in named.items()]
        tagged = [{"ResourceType": "snapshot", "Tags": given}]
        return str(self.ec2.create_snapshot(VolumeId=self.volume, TagSpecifications=tagged)["SnapshotId"])

    def deployment_of(self, snapshot: str) -> str:
        (found,) = self.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
        return {tag["Key"]: tag["Value"] for tag in found["Tags"]}.get(tags.DEPLOYMENT, "")

    def adopt(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["adopt", "--config", str(self.config), *words])


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    config = tmp_path / "snapkeep.yaml"
    config.write_text(CONFIG)
    with mock_aws():
        yield Account(config)


def test_without_yes_it_only_says_what_it_would_adopt(account: Account) -> None:
    account.serve("snapkeep")
    old = account.snapshot()
    done = account.adopt()

    assert done.exit_code == 0 and "1 would get the name snapkeep" in done.output
    assert "add --yes" in done.output and account.deployment_of(old) == ""


def test_it_names_what_has_no_name_in_the_cluster_and_nothing_else(account: Account) -> None:
    account.serve("snapkeep")
    old = [account.snapshot() for _ in range(BATCH + 1)]
    theirs, elsewhere = account.snapshot(snapkeep_deployment="green"), account.snapshot(snapkeep_cluster="b")
    done = account.adopt("--yes")

    assert f"{BATCH + 1} got the name snapkeep" in done.output
    assert {account.deployment_of(each) for each in old} == {"snapkeep"}
    assert (account.deployment_of(theirs), account.deployment_of(elsewhere)) == ("green", "")
    assert "0 got the name" in account.adopt("--yes").output


@pytest.mark.parametrize(
    ("serving", "words", "says"),
    [
        ("green", [], "the deployment green serves myeks, not snapkeep"),
        ("snapkeep", ["--prefix", "green"], "the deployment snapkeep serves myeks, not green"),
        ("", [], "deploy first"),
    ],
)
def test_it_adopts_nothing_in_a_cluster_that_another_deployment_serves(
    account: Account, serving: str, words: list[str], says: str
) -> None:
    if serving:
        account.serve(serving)
    old = account.snapshot()
    done = account.adopt("--yes", *words)

    assert done.exit_code == 3 and says in done.output
    assert account.deployment_of(old) == ""


def test_one_that_is_gone_by_now_keeps_no_other_from_being_adopted(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.serve("snapkeep")
    old, gone = account.snapshot(), account.snapshot()
    seen = list(_listed(Clients(boto3.Session(), REGION), "myeks"))
    account.ec2.delete_snapshot(SnapshotId=gone)
    monkeypatch.setattr("snapkeep_cli.commands.adopt._listed", lambda *_: seen)
    done = account.adopt("--yes")

    assert "2 snapshots" in done.output and "1 got the name" in done.output
    assert account.deployment_of(old) == "snapkeep"


def test_of_two_deployments_that_took_the_same_slot_one_point_is_adopted(account: Account) -> None:
    account.serve("snapkeep")
    whose = {
        name: account.snapshot(
            snapkeep_deployment=name,
            snapkeep_point=point_id("data", "myeks", "uid-data", "nightly", SLOT, name),
        )
        for name in ("old", "older")
    }
    assert "1 got the name snapkeep" in account.adopt("--yes", "--from", "old").output
    done = account.adopt("--yes", "--from", "older")

    assert "0 got the name" in done.output and "1 snapshots stay with older" in done.output
    assert [account.deployment_of(each) for each in whose.values()] == ["snapkeep", "older"]


def test_a_wrong_name_is_refused(account: Account) -> None:
    done = account.adopt("--prefix", "Green!")

    assert done.exit_code == 2 and "1 to 21 of a-z" in done.output
