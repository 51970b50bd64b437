"""Two accounts: a source shares and asks, a vault copies, locks and answers, and outlives the source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from tests.fakes.api import a_request
from tests.integration.deployed import Deployed, config_of, deployed, until
from tests.integration.flows.command import snapkeep
from tests.integration.vaults import (
    HOME,
    OSAKA,
    SOURCE,
    STRANGER,
    VAULT,
    DeployedVault,
    deploy_vault,
    open_key,
    records,
)

pytestmark = pytest.mark.slow

PLACE_OF = {"copied": "vault", "unheard": "vault", "near": "near"}
POLICIES = [
    {"name": name, "method": "ebs", "copies": [{"to": place, "every": "day"}]}
    for name, place in PLACE_OF.items()
]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder: Path = tmp_path_factory.mktemp("source")
    places = {
        name: {"region": region, "account": VAULT} for name, region in (("vault", OSAKA), ("near", HOME))
    }
    with deployed(folder, config_of(*POLICIES, places=places)) as product:
        product.sandbox.aws.settings(functions_follow_clock=True)
        yield product


@pytest.fixture(scope="module")
def vault(product: Deployed, tmp_path_factory: pytest.TempPathFactory) -> DeployedVault:
    return deploy_vault(product.sandbox, OSAKA, tmp_path_factory.mktemp("vault"))


@pytest.fixture(scope="module")
def key(product: Deployed) -> str:
    return open_key(product.sandbox, OSAKA, HOME)


def settle(product: Deployed) -> None:
    """Let everything that is under way end, on both sides."""
    product.sandbox.aws.wait_idle()
    product.sandbox.aws.advance(timedelta(seconds=30), only="none")
    product.sandbox.aws.wait_idle()


def backed_up(product: Deployed, policy: str, key: str) -> None:
    """A ready point of a new claim under this policy."""
    product.make_claims(policy, 1, key)
    product.backup(policy)
    product.until_closed(policy)


def asks(product: Deployed) -> None:
    """Let copy_points take a turn at the vaults."""

    def done() -> bool | None:
        return None if any(each["busy"] for each in product.invoke("copy-points", {})["places"]) else True

    product.sandbox.aws.wait_idle()
    until(done, "the places to be free")


def record(product: Deployed, policy: str) -> dict[str, Any]:
    """The source's record of the copy of a policy's point."""
    found = records(product.client("dynamodb"), product.outputs["JournalTableName"], PLACE_OF[policy])
    (one,) = [each for each in found if each.get("policy") == policy]
    return one


def copy_of(vault: DeployedVault, policy: str) -> dict[str, Any]:
    """The vault's only copy of a policy's points."""
    (found,) = [each for each in vault.copies() if each["Tags"][tags.POLICY] == policy]
    return found


def test_a_point_ends_up_locked_in_the_vault_and_shared_with_nobody(
    product: Deployed, vault: DeployedVault, key: str
) -> None:
    backed_up(product, "copied", key)
    (source,) = product.snapshots("copied")
    asks(product)
    settle(product)
    copy = copy_of(vault, "copied")
    assert (copy["State"], copy["KmsKeyId"]) == ("completed", vault.key)
    said = copy["Tags"]
    assert said[copy_tags.COPY_OF] == source.id and said[copy_tags.PLACE] == "prod"
    assert said[copy_tags.COPY_FROM] == f"{SOURCE}/{HOME}" and said[tags.POINT] == source.tags[tags.POINT]
    (lock,) = vault.client("ec2").describe_locked_snapshots(SnapshotIds=[copy["SnapshotId"]])["Snapshots"]
    assert (lock["LockState"], lock["LockDuration"]) == ("governance", 7)
    found = record(product, "copied")
    assert (found["stage"], found["snapshot_id"]) == ("ready", copy["SnapshotId"])
    assert vault.shared() == [] and tags.HOLD not in product.snapshots("copied")[0].tags
    listed = snapkeep(product, "get", "copies", "-o", "json")
    assert listed.returncode == 0, listed.stderr
    assert copy["SnapshotId"] in listed.stdout and "ready" in listed.stdout


def test_a_vault_may_be_in_the_region_of_the_source(product: Deployed, key: str, tmp_path: Path) -> None:
    near = deploy_vault(product.sandbox, HOME, tmp_path)
    backed_up(product, "near", key)
    asks(product)
    settle(product)
    assert record(product, "near")["snapshot_id"] == copy_of(near, "near")["SnapshotId"]
    assert near.shared() == []


def test_events_that_get_lost_are_made_up_for_by_the_next_turn(
    product: Deployed, vault: DeployedVault, key: str
) -> None:
    product.sandbox.aws.settings(copy_events=0)
    backed_up(product, "unheard", key)
    asks(product)
    settle(product)
    copy = copy_of(vault, "unheard")
    assert record(product, "unheard")["stage"] == "copying"
    vault.invoke("pull-copies", {})
    settle(product)
    assert record(product, "unheard")["stage"] == "ready"
    assert copy_of(vault, "unheard")["SnapshotId"] == copy["SnapshotId"]
    product.sandbox.aws.settings(copy_events=1)


def test_nobody_but_the_source_asks_and_a_source_asks_for_nothing_else(
    product: Deployed, vault: DeployedVault
) -> None:
    before = {each["SnapshotId"] for each in vault.copies()}
    bus = f"arn:aws:events:{OSAKA}:{VAULT}:event-bus/snapkeep-vault"
    point = product.snapshots("copied")[0]
    detail = {"version": 1, "deployment": "snapkeep", "snapshot": point.id, "tags": dict(point.tags)}
    wanted = {
        "Source": "snapkeep.copies",
        "DetailType": "Snapkeep Copy Wanted",
        "Detail": json.dumps(detail),
        "EventBusName": bus,
    }

    def put(account: str, **changes: str) -> str:
        events = product.sandbox.client("events", OSAKA, account)
        return str(events.put_events(Entries=[wanted | changes])["Entries"][0].get("ErrorCode", ""))

    assert put(STRANGER) == "AccessDeniedException"
    assert put(SOURCE, DetailType="Snapkeep Copy Answered") == "AccessDeniedException"
    assert (
        put(SOURCE, Source="aws.ec2", DetailType="EBS Snapshot Notification")
        == "NotAuthorizedForSourceException"
    )
    assert put(SOURCE, EventBusName=f"arn:aws:events:{OSAKA}:{VAULT}:event-bus/default") != ""
    assert put(SOURCE) == ""
    settle(product)
    assert {each["SnapshotId"] for each in vault.copies()} == before


def test_what_an_admin_of_the_source_deletes_stays_in_the_vault(
    product: Deployed, vault: DeployedVault, key: str
) -> None:
    before = {each["SnapshotId"]: each for each in vault.copies()}
    assert len(before) == 2
    ours, there = product.client("ec2"), product.sandbox.client("ec2", OSAKA, SOURCE)
    for each in before:
        for call in (there.delete_snapshot, there.unlock_snapshot):
            with pytest.raises(ClientError, match=r"InvalidSnapshot\.NotFound"):
                call(SnapshotId=each)
    for snapshot in ours.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
        ours.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
    table = product.outputs["JournalTableName"]
    product.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    product.client("dynamodb").delete_table(TableName=table)
    vault.invoke("pull-copies", {})
    settle(product)
    assert {each["SnapshotId"]: each for each in vault.copies()} == before
    with pytest.raises(ClientError, match="locked"):
        vault.client("ec2").delete_snapshot(SnapshotId=next(iter(before)))


def test_the_vault_itself_shows_prunes_and_reports_what_it_has(
    product: Deployed, vault: DeployedVault, key: str
) -> None:
    if not vault.copies():
        backed_up(product, "copied", key)
        asks(product)
        settle(product)
    shown = vault.invoke("api", a_request("GET", "/v1/status"))
    (prod,) = json.loads(shown["body"])["sources"]
    assert (shown["statusCode"], prod["source"], prod["account"]) == (200, "prod", SOURCE)
    assert prod["copies"] == len(vault.copies()) and prod["unasked"] == "" and prod["heard"]
    listed = json.loads(vault.invoke("api", a_request("GET", "/v1/copies?place=prod"))["body"])["copies"]
    assert {each["snapshot_id"] for each in listed} == {each["SnapshotId"] for each in vault.copies()}
    assert all(each["locked_until"] for each in listed)
    (pruned,) = vault.invoke("prune-copies", {})["clusters"]
    assert (pruned["cluster"], pruned["refused"], pruned["given_up"]) == ("myeks@prod", "", {})
    assert vault.invoke("write-report", {})["written"] == {"vault": {"prod": prod["copies"]}}
    assert json.loads(vault.invoke("api", a_request("GET", "/v1/report"))["body"])["url"]
