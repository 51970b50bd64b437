"""What the role of each function is refused, by the deployed IAM policies and by the cluster's RBAC."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError

from snapkeep.adapters.kubernetes.restores import content_manifest
from snapkeep.adapters.kubernetes.token import sign
from snapkeep.domain import tags
from snapkeep.domain.policies import USUAL_NAME
from snapkeep_cli.config.cluster_access import FUNCTIONS
from tests.fakes.restore_samples import a_restore
from tests.integration.deployed import CLUSTER, Deployed

OURS = {tags.MANAGED: "true", tags.CLUSTER: CLUSTER, tags.DEPLOYMENT: USUAL_NAME}
REFUSED = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
LOCKED_DAYS = 7
"""What the policy `locked` of these tests asks for."""
NODES = "/api/v1/nodes"
PODS = "/api/v1/namespaces/access/pods"
EVICTION = f"{PODS}/x/eviction"
CLAIMS = "/api/v1/namespaces/access/persistentvolumeclaims"
VOLUME_SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1/namespaces/access/volumesnapshots"
CONTENTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents"


def session(product: Deployed, function: str) -> ReadOnlyCredentials:
    """Credentials of the function's role, as Lambda gives them to it."""
    name = f"snapkeep-{function.replace('_', '-')}"
    role = product.sandbox.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    answer = product.sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName=name)
    found = answer["Credentials"]
    return ReadOnlyCredentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def ec2_of(product: Deployed, function: str) -> Any:
    credentials = session(product, function)
    make: Any = boto3.Session(
        credentials.access_key, credentials.secret_key, credentials.token, product.sandbox.region
    ).client
    return make("ec2", endpoint_url=product.sandbox.aws_url)


def refusal(call: Any, **request: Any) -> bool:
    """Whether AWS refuses the call for want of permission; any other error is the test's."""
    try:
        call(**request)
    except ClientError as error:
        assert error.response["Error"]["Code"] in REFUSED, error
        return True
    return False


def tagged(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


@pytest.fixture
def volume(product: Deployed) -> str:
    product.make_claims("access", 1)
    wanted = [{"Name": "tag:kubernetes.io/created-for/pvc/namespace", "Values": ["access"]}]
    (found,) = product.sandbox.client("ec2").describe_volumes(Filters=wanted)["Volumes"]
    return str(found["VolumeId"])


def snapshot(product: Deployed, volume: str, values: dict[str, str]) -> str:
    """A completed snapshot with these tags, made by the administrator; EC2 lets 5 of a volume be pending."""
    specification = [{"ResourceType": "snapshot", "Tags": tagged(values)}] if values else []
    made = product.sandbox.client("ec2").create_snapshot(VolumeId=volume, TagSpecifications=specification)
    product.sandbox.aws.settle_snapshot(made["SnapshotId"])
    return str(made["SnapshotId"])


@pytest.mark.parametrize("function", sorted({*FUNCTIONS, "record_completion"} - {"prune"}))
def test_only_prune_deletes(product: Deployed, volume: str, function: str) -> None:
    ours = snapshot(product, volume, OURS)
    assert refusal(ec2_of(product, function).delete_snapshot, SnapshotId=ours)


@pytest.mark.parametrize(
    "function", sorted({*FUNCTIONS, "record_completion"} - {"take_snapshots", "save_node"})
)
def test_only_taking_and_saving_creates(product: Deployed, volume: str, function: str) -> None:
    specification = [{"ResourceType": "snapshot", "Tags": tagged(OURS)}]
    create = ec2_of(product, function).create_snapshot
    assert refusal(create, VolumeId=volume, TagSpecifications=specification)


def test_take_snapshots_creates_with_our_tags_only(product: Deployed, volume: str) -> None:
    create = ec2_of(product, "take_snapshots").create_snapshot
    for values, allowed in ((OURS, True), ({"owner": "me"}, False), (OURS | {tags.HOLD: "true"}, False)):
        specification = [{"ResourceType": "snapshot", "Tags": tagged(values)}]
        assert refusal(create, VolumeId=volume, TagSpecifications=specification) is not allowed
    assert refusal(create, VolumeId=volume)


def test_prune_deletes_what_is_ours_and_not_held(product: Deployed, volume: str) -> None:
    delete = ec2_of(product, "prune").delete_snapshot
    assert refusal(delete, SnapshotId=snapshot(product, volume, {}))
    assert refusal(delete, SnapshotId=snapshot(product, volume, OURS | {tags.HOLD: "true"}))
    assert not refusal(delete, SnapshotId=snapshot(product, volume, OURS))


def test_finish_restores_holds_what_is_ours_and_writes_no_other_tag(product: Deployed, volume: str) -> None:
    ec2 = ec2_of(product, "finish_restores")
    ours, foreign = snapshot(product, volume, OURS), snapshot(product, volume, {})
    held = tagged({tags.HOLD: "true"})
    assert not refusal(ec2.create_tags, Resources=[ours], Tags=held)
    assert not refusal(ec2.delete_tags, Resources=[ours], Tags=[{"Key": tags.HOLD}])
    assert refusal(ec2.create_tags, Resources=[ours], Tags=tagged({tags.CLAIM: "data"}))
    assert refusal(ec2.delete_tags, Resources=[ours], Tags=[{"Key": tags.MANAGED}])
    assert refusal(ec2.create_tags, Resources=[foreign], Tags=held)


@pytest.mark.parametrize("function", ["record_completion", "reconcile"])
def test_tags_are_completed_once_with_our_keys_on_our_snapshots_only(
    product: Deployed, volume: str, function: str
) -> None:
    write = ec2_of(product, function).create_tags
    ours, foreign = snapshot(product, volume, OURS), snapshot(product, volume, {})
    named = {tags.POINT: "data-20261123t170000z-0123456789", tags.CLAIM: "data", tags.POLICY: "nightly"}
    assert refusal(write, Resources=[ours], Tags=tagged({tags.CLAIM: "data"}))
    assert refusal(write, Resources=[ours], Tags=tagged(named | {tags.CLUSTER: CLUSTER}))
    assert not refusal(write, Resources=[ours], Tags=tagged(named))
    assert refusal(write, Resources=[ours], Tags=tagged(named | {tags.CLAIM: "other"}))
    assert refusal(write, Resources=[ours], Tags=tagged({tags.POLICY: "shortest"}))
    assert refusal(write, Resources=[ours], Tags=tagged({"owner": "me"}))
    assert refusal(write, Resources=[ours], Tags=tagged({tags.HOLD: "true"}))
    assert refusal(write, Resources=[foreign], Tags=tagged(named))


@pytest.mark.parametrize(
    ("function", "method", "path", "what"),
    [
        ("plan_backup", "GET", "/api/v1/secrets", 'cannot list resource "secrets"'),
        ("plan_backup", "DELETE", f"{CLAIMS}/x", 'cannot delete resource "persistentvolumeclaims"'),
        ("take_snapshots", "GET", "/api/v1/pods", 'cannot list resource "pods"'),
        ("take_snapshots", "DELETE", f"{CLAIMS}/x", 'cannot delete resource "persistentvolumeclaims"'),
        ("reconcile", "POST", VOLUME_SNAPSHOTS, 'cannot create resource "volumesnapshots"'),
        ("prune", "DELETE", f"{CLAIMS}/x", 'cannot delete resource "persistentvolumeclaims"'),
        ("handle_interruption", "GET", "/api/v1/pods", 'cannot list resource "pods"'),
        ("handle_interruption", "POST", EVICTION, 'cannot create resource "pods/eviction"'),
        ("handle_interruption", "DELETE", f"{NODES}/x", 'cannot delete resource "nodes"'),
        ("save_node", "PATCH", f"{NODES}/x", 'cannot patch resource "nodes"'),
        ("save_node", "DELETE", f"{CLAIMS}/x", 'cannot delete resource "persistentvolumeclaims"'),
        ("release_volumes", "POST", EVICTION, 'cannot create resource "pods/eviction"'),
        ("release_volumes", "GET", CLAIMS, 'cannot list resource "persistentvolumeclaims"'),
        ("release_volumes", "DELETE", "/api/v1/persistentvolumes/x", 'delete resource "persistentvolumes"'),
    ],
)
def test_the_cluster_refuses_what_a_function_does_not_need(
    product: Deployed, function: str, method: str, path: str, what: str
) -> None:
    code, text = ask(product, function, method, path)
    assert code == 403
    assert what in text
    assert f"snapkeep-{function.replace('_', '-')}" in text


def test_a_function_without_an_access_entry_is_nobody_to_the_cluster(product: Deployed) -> None:
    code, text = ask(product, "record_completion", "GET", "/api/v1/persistentvolumeclaims")
    assert (code, text) == (401, "Unauthorized")


@pytest.mark.parametrize("function", ["finish_restores", "api"])
def test_no_function_makes_the_driver_delete_a_backup(product: Deployed, volume: str, function: str) -> None:
    held = snapshot(product, volume, {**OURS, tags.HOLD: "true"})
    restore = a_restore(99, namespace="access", snapshot_id=held)
    evil = content_manifest(CLUSTER, restore)
    evil["spec"]["deletionPolicy"] = "Delete"

    code, text = ask(product, function, "POST", CONTENTS, evil)

    assert code == 422
    assert "with deletionPolicy Retain" in text


@pytest.mark.parametrize("function", ["finish_restores", "prune"])
def test_no_function_deletes_a_volume_snapshot_of_somebody_else(product: Deployed, function: str) -> None:
    name = f"theirs-{function.replace('_', '-')}"
    source = {"source": {"persistentVolumeClaimName": "theirs"}}
    theirs = {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot", "spec": source}
    product.admin.create(VOLUME_SNAPSHOTS, theirs | {"metadata": {"name": name}})

    code, text = ask(product, function, "DELETE", f"{VOLUME_SNAPSHOTS}/{name}")

    assert code == 422
    assert "of their own classes" in text


def ask(product: Deployed, function: str, method: str, path: str, document: Any = None) -> tuple[int, str]:
    """Status and message of the cluster's answer to a genuine token of the function's role."""
    token = sign(CLUSTER, product.sandbox.region, session(product, function))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps(document or {}).encode() if method in ("POST", "PATCH") else None
    request = urllib.request.Request(product.sandbox.kubernetes_url + path, body, headers, method=method)
    context = ssl.create_default_context(cafile=str(product.sandbox.authority))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["message"]


@pytest.mark.parametrize("function", ["record_completion", "reconcile"])
def test_locks_are_set_on_our_snapshots_for_the_days_of_a_policy_and_never_lifted(
    product: Deployed, volume: str, function: str
) -> None:
    ec2 = ec2_of(product, function)
    ours = snapshot(product, volume, OURS | {tags.POLICY: "locked"})
    governance = {"LockMode": "governance", "LockDuration": LOCKED_DAYS}
    for other in ({}, OURS, OURS | {tags.POLICY: "access"}):
        assert refusal(ec2.lock_snapshot, SnapshotId=snapshot(product, volume, other), **governance)
    for longer in ({"LockDuration": LOCKED_DAYS + 1}, {"ExpirationDate": datetime(2100, 1, 1, tzinfo=UTC)}):
        assert refusal(ec2.lock_snapshot, SnapshotId=ours, LockMode="governance", **longer)
    assert not refusal(ec2.lock_snapshot, SnapshotId=ours, **governance)
    assert refusal(ec2.unlock_snapshot, SnapshotId=ours)
    admin = product.sandbox.client("ec2")
    admin.unlock_snapshot(SnapshotId=ours)
    admin.delete_snapshot(SnapshotId=ours)  # another flow counts the snapshots of the policy `locked`


@pytest.mark.parametrize("function", ["plan_backup", "take_snapshots", "prune", "finish_restores"])
def test_no_other_function_locks_or_unlocks(product: Deployed, volume: str, function: str) -> None:
    ec2, ours = ec2_of(product, function), snapshot(product, volume, OURS)
    assert refusal(ec2.lock_snapshot, SnapshotId=ours, LockMode="governance", LockDuration=LOCKED_DAYS)
    assert refusal(ec2.unlock_snapshot, SnapshotId=ours)
