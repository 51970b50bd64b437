"""Backups as deployed, and what the world does to them: twins, lost events, silence, refusals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.demo.evidence import Item
from sandbox.demo.facts import LiveSnapshot
from snapkeep.domain import tags
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed, until

WORDPRESS = {"selection": {"namespaces": ["wordpress"]}, "method": "ebs", "group": "app"}
POLICIES: Sequence[dict[str, Any]] = (
    {"name": "twice", "method": "ebs"},
    {"name": "quiet", "method": "ebs"},
    {"name": "silent", "method": "csi"},
    {"name": "throttled", "method": "ebs"},
    {"name": "broken", "method": "ebs"},
    {"name": "by-driver", "method": "csi"},
    {"name": "no-driver", "method": "csi", "csi_fallback": "ebs"},
    {"name": "together", **WORDPRESS},
    {"name": "apart", **WORDPRESS, "group_fallback": "sequential"},
)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("flows"), config_of(*POLICIES)) as product:
        yield product


@pytest.fixture(autouse=True)
def healthy_again(product: Deployed) -> Iterator[None]:
    """What a test broke is whole for the next one."""
    yield
    product.sandbox.aws.forget_faults()
    product.sandbox.aws.settings(snapshot_events=1)
    product.cluster.set_unreachable("")
    product.cluster.set_snapshot_crds(True)


def counted(snapshots: Sequence[LiveSnapshot]) -> dict[tuple[str, str], int]:
    """(claim, slot) to the number of completed snapshots that count."""
    return dict(
        Counter(
            (snapshot.tags[tags.CLAIM], snapshot.tags[tags.SLOT])
            for snapshot in snapshots
            if snapshot.state == "completed" and tags.DUPLICATE not in snapshot.tags
        )
    )


def reasons(points: Sequence[Item]) -> set[str]:
    """What the journal says of points, method or failure."""
    return {point.get("reason") or point.get("method_reason", "") for point in points}


def test_the_same_events_eight_times_at_once_make_one_point_per_claim(product: Deployed) -> None:
    claims = product.make_claims("twice", 12)
    slot = product.next_slot("twice")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: product.backup("twice", slot), range(8)))
    send_every_job_again(product, "twice", times=8)
    run = product.until_closed("twice")
    product.sandbox.aws.wait_idle()

    assert (run["state"], int(run["ready"])) == ("completed", 12)
    assert set(counted(product.snapshots("twice")).values()) == {1}
    assert len(product.snapshots("twice")) == len(claims)


def send_every_job_again(product: Deployed, policy: str, times: int) -> None:
    """Deliver jobs that name all points of a run once more."""
    points = product.points(policy)
    body = {"run": points[0]["run"], "cluster": CLUSTER, "points": [p["id"] for p in points], "group": ""}
    for _ in range(times):
        product.sandbox.client("sqs").send_message(
            QueueUrl=product.outputs["JobsQueueUrl"], MessageBody=json.dumps(body), MessageGroupId=CLUSTER
        )


def test_reconcile_finds_what_lost_events_did_not_tell(product: Deployed) -> None:
    product.make_claims("quiet", 3)
    product.sandbox.aws.settings(snapshot_events=0)
    product.backup("quiet")
    until(lambda: len(counted(product.snapshots("quiet"))) == 3 or None, "EC2 to complete 3 snapshots")
    product.sandbox.aws.wait_idle()
    assert product.run("quiet")["state"] == "running"

    report = product.invoke("reconcile", {})

    assert product.run("quiet")["id"] in report["closed"]
    assert product.run("quiet")["state"] == "completed"


def test_a_silent_cluster_is_backed_up_from_what_earlier_points_remember(product: Deployed) -> None:
    product.make_claims("silent", 2)
    product.backup("silent")
    assert product.until_closed("silent")["state"] == "completed"
    product.cluster.set_unreachable("refuse")

    product.backup("silent")
    run = product.until_closed("silent")

    assert (run["state"], int(run["ready"])) == ("partially_failed", 2)
    assert "did not answer" in run["degraded"]
    assert {point["method"] for point in product.points("silent") if point["run"] == run["id"]} == {"ebs"}
    assert set(counted(product.snapshots("silent")).values()) == {1}


def test_throttles_delay_a_run_and_never_fail_it(product: Deployed) -> None:
    product.make_claims("throttled", 3)
    product.sandbox.aws.fail_call("ec2:CreateSnapshot", "RequestLimitExceeded", times=2)
    product.backup("throttled")
    run = product.until_closed("throttled")
    assert (run["state"], int(run["ready"])) == ("completed", 3)


def test_a_claim_without_its_volume_fails_alone_and_somebody_is_told(product: Deployed) -> None:
    product.make_claims("broken", 3)
    inbox = subscribed_queue(product)
    delete_volume_of(product, "broken", "bulk-0001")
    product.backup("broken")
    run = product.until_closed("broken")

    assert (run["state"], int(run["ready"]), int(run["failed"])) == ("partially_failed", 2, 1)
    message = until(lambda: received(product, inbox), "the failure to reach the topic")
    assert "Snapkeep Run Partially Failed" in message
    assert "bulk-0001" in message
    assert "does not exist" in message


def delete_volume_of(product: Deployed, namespace: str, claim: str) -> None:
    ec2 = product.sandbox.client("ec2")
    wanted = {
        "kubernetes.io/created-for/pvc/namespace": namespace,
        "kubernetes.io/created-for/pvc/name": claim,
    }
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]
    (volume,) = ec2.describe_volumes(Filters=filters)["Volumes"]
    ec2.delete_volume(VolumeId=volume["VolumeId"])


def subscribed_queue(product: Deployed) -> str:
    """The URL of a new queue that hears what the failure topic says."""
    sqs = product.sandbox.client("sqs")
    url: str = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    topic = product.outputs["FailureTopicArn"]
    product.sandbox.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def received(product: Deployed, queue: str) -> str | None:
    found = product.sandbox.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
    return str(found[0]["Body"]) if found else None


def test_without_the_snapshot_crds_a_policy_falls_back_or_says_why_not(product: Deployed) -> None:
    product.make_claims("by-driver", 1)
    product.make_claims("no-driver", 1)
    product.cluster.set_snapshot_crds(False)
    for policy in ("by-driver", "no-driver"):
        product.backup(policy)

    assert product.until_closed("by-driver")["state"] == "failed"
    (reason,) = reasons(product.points("by-driver"))
    assert "snapshot.storage.k8s.io" in reason
    assert product.until_closed("no-driver")["state"] == "completed"
    (reason,) = reasons(product.points("no-driver"))
    assert reason.startswith("by ebs instead of csi: ")


def test_a_group_is_cut_in_one_moment(product: Deployed) -> None:
    product.sandbox.aws.forget_calls()
    product.backup("together")
    run = product.until_closed("together")
    assert (run["state"], int(run["ready"])) == ("completed", 2)
    assert product.sandbox.aws.calls()["ec2:CreateSnapshots"] == 1
    assert "ec2:CreateSnapshot" not in product.sandbox.aws.calls()
    assert len({snapshot.started_at for snapshot in product.snapshots("together")}) == 1


def test_a_group_that_ec2_refuses_fails_whole_unless_it_may_be_taken_one_by_one(product: Deployed) -> None:
    refusal = "You can only take snapshots of running instances"
    product.sandbox.aws.fail_call("ec2:CreateSnapshots", "InvalidParameterValue", times=2, message=refusal)
    product.backup("together")
    assert product.until_closed("together")["state"] == "failed"
    product.backup("apart")
    assert product.until_closed("apart")["state"] == "completed"

    failed = [point for point in product.points("together") if point["state"] == "failed"]
    assert len(failed) == 2
    assert all(refusal in reason for reason in reasons(failed))
    assert all(
        reason.startswith("taken back to back") and refusal in reason
        for reason in reasons(product.points("apart"))
    )


def test_deleting_a_namespace_deletes_none_of_its_backups(product: Deployed) -> None:
    product.make_claims("by-driver", 1)
    product.backup("by-driver")
    assert product.until_closed("by-driver")["state"] == "completed"
    before = {snapshot.id for snapshot in product.snapshots("by-driver")}

    product.admin.delete("/api/v1/namespaces/by-driver")
    until(
        lambda: all(claim.namespace != "by-driver" for claim in product.admin.claims()) or None,
        "the namespace to go",
    )

    assert before
    assert {snapshot.id for snapshot in product.snapshots("by-driver")} == before


def test_a_create_whose_answer_is_lost_is_adopted_and_not_repeated(product: Deployed) -> None:
    product.make_claims("throttled", 3)
    product.sandbox.aws.fail_call("ec2:CreateSnapshot", "InternalError", status=500, after=True)
    product.backup("throttled")
    run = product.until_closed("throttled", limit=120)
    assert (run["state"], int(run["ready"])) == ("completed", 3)
    assert set(counted(product.snapshots("throttled")).values()) == {1}
