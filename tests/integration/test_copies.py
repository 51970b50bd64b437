"""Recovery points are copied to another Region, by the functions and stacks as they are deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.dynamodb.values import decode
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.records import MOST_ATTEMPTS
from tests.integration.deployed import Deployed, config_of, deployed, until
from tests.integration.flows.command import snapkeep

pytestmark = pytest.mark.slow

OSAKA = "ap-northeast-3"
RULE = {"to": "osaka", "retention": {"last": 3}, "lock": {"mode": "governance", "days": 7}}
UNLOCKED = {key: value for key, value in RULE.items() if key != "lock"}
POLICIES: Sequence[dict[str, Any]] = tuple(
    {"name": name, "method": "ebs", "copies": [RULE]} for name in ("copied", "unheard", "failing", "keyless")
)
BY_HAND: dict[str, Any] = {"name": "by-hand", "method": "ebs", "copies": [UNLOCKED]}
TO_PRUNE: Sequence[dict[str, Any]] = (
    {"name": "pruned", "method": "ebs", "copies": [{**UNLOCKED, "retention": {"last": 1}}]},
    {"name": "guarded", "method": "ebs", "copies": [{**RULE, "retention": {"last": 1}}]},
)
ALIAS = "alias/copies"
BAD_KEY = "Given key ID is not accessible"


def config(sandbox: Sandbox) -> dict[str, Any]:
    kms = sandbox.client("kms", OSAKA)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    return config_of(*POLICIES, BY_HAND, *TO_PRUNE, places={"osaka": {"region": OSAKA, "kms_key": key}})


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("copies"), config) as product:
        product.sandbox.aws.settings(functions_follow_clock=True)
        yield product


@pytest.fixture(autouse=True)
def whole_again(product: Deployed) -> Iterator[None]:
    yield
    product.sandbox.aws.settings(copy_events=1, copy_seconds=1.0)


def backed_up(product: Deployed, policy: str, claims: int = 1) -> None:
    """Ready points of new claims under this policy."""
    product.make_claims(policy, claims)
    product.backup(policy)
    product.until_closed(policy)


def turn(product: Deployed) -> dict[str, Any]:
    """What copy_points reports of the place, once no other invocation works on it."""

    def report() -> dict[str, Any] | None:
        (found,) = product.invoke("copy-points", {})["places"]
        return None if found["busy"] else dict(found)

    product.sandbox.aws.wait_idle()
    return until(report, "the place to be free")


def copies(product: Deployed, policy: str) -> list[dict[str, Any]]:
    """The copies of a policy's points as EC2 shows them in Osaka, with their tags by key."""
    wanted = [{"Name": "tag:snapkeep:policy", "Values": [policy]}]
    found = product.sandbox.client("ec2", OSAKA).describe_snapshots(OwnerIds=["self"], Filters=wanted)
    return [
        {**each, "Tags": {tag["Key"]: tag["Value"] for tag in each["Tags"]}} for each in found["Snapshots"]
    ]


def records(product: Deployed, policy: str) -> list[dict[str, Any]]:
    """The journal's records of copies of a policy's points."""
    client = product.sandbox.client("dynamodb")
    items = client.query(
        TableName=product.outputs["JournalTableName"],
        KeyConditionExpression="pk = :place",
        ExpressionAttributeValues={":place": {"S": "COPIES#osaka"}},
    )["Items"]
    plain = [{name: decode(value) for name, value in item.items()} for item in items]
    return [item for item in plain if item.get("policy") == policy]


def held(product: Deployed, policy: str) -> int:
    return sum(tags.HOLD in snapshot.tags for snapshot in product.snapshots(policy))


def later(product: Deployed, **duration: float) -> None:
    product.sandbox.aws.advance(timedelta(**duration), only="none")
    product.sandbox.aws.wait_idle()


def test_a_point_is_copied_with_all_its_tags_locked_while_pending_and_ready_by_the_event(
    product: Deployed,
) -> None:
    backed_up(product, "copied", 2)
    product.sandbox.aws.settings(copy_seconds=None)
    assert len(turn(product)["started"]) == 2

    pending = copies(product, "copied")
    ec2 = product.sandbox.client("ec2", OSAKA)
    locked = ec2.describe_locked_snapshots(SnapshotIds=[each["SnapshotId"] for each in pending])["Snapshots"]
    points = {snapshot.id: snapshot for snapshot in product.snapshots("copied")}
    assert [each["State"] for each in pending] == ["pending", "pending"]
    assert {each["LockDuration"] for each in locked} == {7} and len(locked) == 2
    assert {each["Tags"][copy_tags.COPY_OF] for each in pending} == set(points)
    for each in pending:
        source = points[each["Tags"][copy_tags.COPY_OF]]
        taken_over = {key: source.tags[key] for key in copy_tags.FROM_POINT if key in source.tags}
        assert taken_over.items() <= each["Tags"].items()
        assert each["Tags"][tags.MANAGED] == "copy"
        assert not [key for key in each["Tags"] if not key.startswith("snapkeep:")]
    assert held(product, "copied") == 2

    for each in pending:
        product.sandbox.aws.settle_snapshot(each["SnapshotId"])
        product.sandbox.aws.wait_idle()  # a turn at a time: events that meet are tried again later
    assert [each["stage"] for each in records(product, "copied")] == ["ready", "ready"]
    assert {each["incremental"] for each in records(product, "copied")} == {False}
    assert held(product, "copied") == 0
    assert turn(product)["started"] == []


def test_a_copy_whose_event_got_lost_is_settled_by_the_next_turn(product: Deployed) -> None:
    backed_up(product, "unheard")
    product.sandbox.aws.settings(copy_events=0)
    assert len(turn(product)["started"]) == 1
    later(product, minutes=5)
    assert [each["stage"] for each in records(product, "unheard")] == ["copying"]
    assert len(turn(product)["ready"]) == 1
    assert [each["stage"] for each in records(product, "unheard")] == ["ready"]


def test_a_copy_that_fails_is_tried_again_and_the_reason_is_told_when_it_is_given_up(
    product: Deployed,
) -> None:
    backed_up(product, "failing")
    (source,) = [snapshot.id for snapshot in product.snapshots("failing")]
    product.sandbox.aws.fail_copies(source, times=MOST_ATTEMPTS)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert len(turn(product)["started"]) == 1
        later(product, minutes=1)
        (record,) = records(product, "failing")
        assert (record["stage"], record["attempt"]) == (
            "given-up" if attempt == MOST_ATTEMPTS else "failed",
            attempt,
        )
        assert turn(product)["started"] == []
        later(product, minutes=31)
    assert held(product, "failing") == 0
    told = product.sandbox.client("dynamodb").query(
        TableName=product.outputs["JournalTableName"],
        KeyConditionExpression="pk = :topic",
        ExpressionAttributeValues={":topic": {"S": "TROUBLES#copy failed/myeks/osaka"}},
    )["Items"]
    (page,) = [decode(item["troubles"]) for item in told]
    assert "given up after attempt 3" in page and record["claim"] in page


def test_a_disabled_key_fails_the_copy_with_ec2s_own_words(product: Deployed) -> None:
    kms = product.sandbox.client("kms", OSAKA)
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    backed_up(product, "keyless")
    turn(product)
    later(product, minutes=1)
    kms.enable_key(KeyId=key)
    (record,) = records(product, "keyless")
    assert record["stage"] == "failed" and BAD_KEY in record["reason"]
    later(product, minutes=16)
    assert len(turn(product)["started"]) == 1
    later(product, minutes=1)
    assert [each["stage"] for each in records(product, "keyless")] == ["ready"]


def test_a_person_looks_asks_cancels_and_sees(product: Deployed) -> None:
    backed_up(product, "by-hand")
    backed_up(product, "by-hand")
    older, newer = (
        each.tags[tags.POINT]
        for each in sorted(product.snapshots("by-hand"), key=lambda each: each.tags[tags.SLOT])
    )

    def typed(*words: str, code: int = 0) -> str:
        ended = snapkeep(product, *words)
        assert ended.returncode == code, ended.stderr
        return ended.stdout + ended.stderr

    product.sandbox.aws.settings(copy_seconds=None)
    assert turn(product)["started"] == [newer]
    assert "pending" in typed("get", "copies", "--claim", "by-hand/bulk-0000", "--place", "osaka")

    assert f"{older} is copied to osaka in the next turn" in typed("copy", older, "--to", "osaka")
    assert turn(product)["started"] == [older]
    assert "is already being copied to osaka" in typed("copy", older, "--to", "osaka")

    assert "cancelled" in typed("copy", older, "--to", "osaka", "--cancel")
    (marked,) = turn(product)["cancelled"]
    (copy,) = [each for each in copies(product, "by-hand") if each["SnapshotId"] == marked]
    assert copy["Tags"][tags.POINT] == older and copy_tags.CANCELLED in copy["Tags"]
    assert held(product, "by-hand") == 1
    assert older in typed("get", "copies", "--state", "cancelled", "-n", "by-hand")

    for each in copies(product, "by-hand"):
        product.sandbox.aws.settle_snapshot(each["SnapshotId"])
    turn(product)
    assert "error[copy_refused]" in typed("copy", newer, "--to", "osaka", "--cancel", code=3)
    assert "its places are osaka" in typed("copy", newer, "--to", "moon", code=4)
    assert f"{newer} is already in osaka" in typed("copy", newer, "--to", "osaka", "--wait")
    assert "osaka: on time: the newest copy is of" in typed("coverage", "-n", "by-hand", "--check")
    kms = product.sandbox.client("kms", OSAKA)
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    refused = typed("copy", older, "--to", "osaka", code=3)
    kms.enable_key(KeyId=key)
    assert "the kms_key of osaka cannot encrypt copies" in refused and "is disabled" in refused


def test_copies_are_pruned_in_their_region_and_locked_ones_and_points_stay(product: Deployed) -> None:
    policies = [each["name"] for each in TO_PRUNE]
    for policy in policies:
        backed_up(product, policy)
    turn(product)
    later(product, minutes=5)
    product.invoke("prune-copies", {})
    for _ in range(2):
        later(product, days=1)
        for policy in policies:
            product.backup(policy)
            product.until_closed(policy)
        turn(product)
        later(product, minutes=5)
    points = {snapshot.id for policy in policies for snapshot in product.snapshots(policy)}
    before = {policy: copies(product, policy) for policy in policies}

    rehearsed = product.invoke("prune-copies", {"place": "osaka", "dry_run": True})["clusters"]
    (report,) = product.invoke("prune-copies", {"place": "osaka", "cluster": "myeks"})["clusters"]

    assert rehearsed[0]["delete"] == report["delete"]
    assert (report["cluster"], report["refused"], report["given_up"]) == ("myeks@osaka", "", {})
    assert [len(found) for found in before.values()] == [3, 3]
    (left,) = copies(product, "pruned")
    assert left["Tags"][copy_tags.TAKEN] == max(each["Tags"][copy_tags.TAKEN] for each in before["pruned"])
    assert len(copies(product, "guarded")) == 3
    assert {snapshot.id for policy in policies for snapshot in product.snapshots(policy)} == points


def test_the_doctor_sees_the_place_and_how_old_its_newest_copies_are(
    product: Deployed, tmp_path: Path
) -> None:
    backed_up(product, "copied")
    kms = product.sandbox.client("kms", OSAKA)
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"]
    path = tmp_path / "snapkeep.yaml"
    path.write_text(json.dumps(config_of(*POLICIES, places={"osaka": {"region": OSAKA, "kms_key": key}})))
    mine = product.sandbox.environment()
    keys = {name: mine[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    ended = snapkeep(product, "doctor", "--config", str(path), "-o", "json", **keys)
    (osaka,) = json.loads(ended.stdout)["places"]
    found = {each["check"]: each for each in osaka["findings"]}
    seen = {name: found[name]["verdict"] for name in ("region", "key", "stack", "copies in progress")}
    assert seen == dict.fromkeys(seen, "ok"), osaka
    assert found["newest copies"]["text"].startswith("myeks: "), osaka
    assert "copied: every point" in found["newest copies"]["text"]
