"""The lab on the sandbox's real AWS: what the demo and every later test count on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.driver import start
from sandbox.kubernetes.store import Store
from sandbox.lab import bulk_claims, bulk_nodes, control, furnish, seed
from sandbox.launch import Sandbox

Object = dict[str, Any]

FILE_SYSTEM = "fs-0123456789abcdef0"


@dataclass
class World:
    """The seeded lab."""

    store: Store
    ec2: Any
    seconds: float

    def claim(self, namespace: str, name: str) -> Object:
        return self.store.get("persistentvolumeclaims", namespace, name)

    def volume(self, claim: Object) -> Object:
        return self.store.get("persistentvolumes", None, claim["spec"]["volumeName"])

    def in_ec2(self, handle: str) -> Object:
        found: Object = self.ec2.describe_volumes(VolumeIds=[handle])["Volumes"][0]
        return found


@pytest.fixture(scope="module")
def world(aws: Sandbox) -> Iterator[World]:
    store = Store()
    driver = start(store, cluster_name="myeks", region=aws.region, aws_endpoint=aws.aws_url)
    ec2 = aws.client("ec2")
    began = time.process_time()
    seed(store, ec2, file_system=FILE_SYSTEM)
    yield World(store, ec2, time.process_time() - began)
    driver.stop()


def test_it_is_up_in_three_seconds_and_seeding_again_changes_nothing(world: World) -> None:
    """Seconds of the processor: whoever else uses the machine takes none of them."""
    assert world.seconds < 3
    before = {each["InstanceId"] for each in _instances(world)}
    assert seed(world.store, world.ec2).objects == 0
    assert {each["InstanceId"] for each in _instances(world)} == before


def test_nodes_are_ec2_instances_in_three_zones(world: World) -> None:
    nodes = world.store.list("nodes")
    assert {each["metadata"]["labels"]["topology.kubernetes.io/zone"] for each in nodes} == {
        "ap-northeast-2a",
        "ap-northeast-2b",
        "ap-northeast-2c",
    }
    instances = {each["InstanceId"]: each for each in _instances(world)}
    for node in nodes:
        zone, instance_id = node["spec"]["providerID"].removeprefix("aws:///").split("/")
        tags = {tag["Key"]: tag["Value"] for tag in instances[instance_id]["Tags"]}
        assert zone == node["metadata"]["labels"]["topology.kubernetes.io/zone"]
        assert tags["kubernetes.io/cluster/myeks"] == "owned"
        assert tags["eks:cluster-name"] == "myeks"
        drivers = world.store.get("csinodes", None, node["metadata"]["name"])["spec"]["drivers"]
        assert (drivers[0]["name"], drivers[0]["nodeID"]) == ("ebs.csi.aws.com", instance_id)


def test_there_are_spot_graviton_and_instance_store_nodes(world: World) -> None:
    labels = [each["metadata"]["labels"] for each in world.store.list("nodes")]
    assert [
        each["node.kubernetes.io/instance-type"] for each in labels if each.get("family") == "graviton"
    ] == ["t4g.medium"]
    kind = "node.kubernetes.io/instance-type"
    assert [each[kind] for each in labels if each.get("family") == "graviton"] == ["t4g.medium"]
    assert [each[kind] for each in labels if each.get("disk") == "nvme"] == ["c5d.large"]
    assert sum(each["eks.amazonaws.com/capacityType"] == "SPOT" for each in labels) == 2


def test_the_ebs_claim_was_born_with_4_gib_and_has_grown_to_10(world: World) -> None:
    claim = world.claim("default", "ebs-claim")
    assert claim["status"]["capacity"]["storage"] == "10Gi"
    handle = world.volume(claim)["spec"]["csi"]["volumeHandle"]
    volume = world.in_ec2(handle)
    assert (volume["Size"], volume["VolumeType"], volume["Encrypted"]) == (10, "gp3", True)
    assert world.volume(claim)["spec"]["csi"]["fsType"] == "xfs"
    texts = [event["reason"] for event in world.store.list("events", "default")]
    assert "FileSystemResizeRequired" in texts


def test_both_volumes_of_wordpress_sit_on_one_spot_instance(world: World) -> None:
    claims = [world.claim("wordpress", name) for name in ("wp-pv-claim", "mysql-pv-claim")]
    assert [each["metadata"]["labels"] for each in claims] == [{"app": "wordpress"}] * 2
    homes = set()
    for claim in claims:
        volume = world.in_ec2(world.volume(claim)["spec"]["csi"]["volumeHandle"])
        assert volume["Size"] == 20
        homes |= {each["InstanceId"] for each in volume["Attachments"]}
    assert len(homes) == 1
    node = next(each for each in world.store.list("nodes") if each["spec"]["providerID"].endswith(*homes))
    assert node["metadata"]["labels"]["eks.amazonaws.com/capacityType"] == "SPOT"


def test_the_in_tree_volume_is_real_and_named_the_old_way(world: World) -> None:
    volume = world.volume(world.claim("default", "legacy-claim"))
    zone, handle = volume["spec"]["awsElasticBlockStore"]["volumeID"].removeprefix("aws://").split("/")
    in_ec2 = world.in_ec2(handle)
    assert (in_ec2["Size"], in_ec2["VolumeType"], in_ec2["AvailabilityZone"]) == (8, "gp2", zone)
    assert in_ec2["Attachments"], "its pod runs"


def test_everything_that_no_snapshot_protects_is_there(world: World) -> None:
    efs = world.volume(world.claim("default", "efs-claim"))
    assert efs["spec"]["csi"] == {"driver": "efs.csi.aws.com", "volumeHandle": FILE_SYSTEM}
    mounting = [
        pod["metadata"]["name"]
        for pod in world.store.list("pods", "default")
        if any(
            each.get("persistentVolumeClaim") == {"claimName": "efs-claim"} for each in pod["spec"]["volumes"]
        )
    ]
    assert mounting == ["efs-app1", "efs-app2"]
    s3 = world.volume(world.claim("default", "s3-claim"))
    assert s3["spec"]["csi"]["driver"] == "s3.csi.aws.com"
    assert "hostPath" in world.volume(world.claim("default", "host-path-claim"))["spec"]
    assert world.claim("default", "unused-claim")["status"]["phase"] == "Pending"
    cache = next(
        pod
        for pod in world.store.list("pods", "default")
        if pod["metadata"].get("labels", {}).get("app") == "cache"
    )
    node = world.store.get("nodes", None, cache["spec"]["nodeName"])
    assert {"name": "scratch", "emptyDir": {}} in cache["spec"]["volumes"]
    assert node["metadata"]["labels"]["disk"] == "nvme"


def test_no_claim_of_the_lab_mentions_snapkeep(world: World) -> None:
    for claim in world.store.list("persistentvolumeclaims"):
        marks = {**claim["metadata"].get("labels", {}), **claim["metadata"].get("annotations", {})}
        assert not [key for key in marks if "snapkeep" in key]


def test_bulk_nodes_are_spot_instances_named_by_their_private_dns(world: World) -> None:
    before = {node["metadata"]["name"] for node in world.store.list("nodes")}
    made = bulk_nodes(world.store, world.ec2, 3, "myeks", "ap-northeast-2")
    more = bulk_nodes(world.store, world.ec2, 2, "myeks", "ap-northeast-2")

    nodes = {node["metadata"]["name"]: node for node in world.store.list("nodes")}
    assert nodes.keys() - before == made.keys() | more.keys()
    assert len(set(made.values()) | set(more.values())) == 5
    found = world.ec2.describe_instances(InstanceIds=list(made.values()))["Reservations"]
    instances = {item["InstanceId"]: item for each in found for item in each["Instances"]}
    for name, instance in made.items():
        assert instances[instance]["PrivateDnsName"] == name
        assert nodes[name]["spec"]["providerID"].endswith(instance)
        assert {"Key": "eks:cluster-name", "Value": "myeks"} in instances[instance]["Tags"]


def test_bulk_claims_are_bound_to_real_volumes_and_made_once(world: World) -> None:
    names = bulk_claims(world.store, world.ec2, 20, "many", labels={"app": "many"})
    assert bulk_claims(world.store, world.ec2, 20, "many") == names

    claims = world.store.list("persistentvolumeclaims", "many")
    assert [claim["metadata"]["name"] for claim in claims] == names
    assert {claim["status"]["phase"] for claim in claims} == {"Bound"}
    handles = [world.volume(claim)["spec"]["csi"]["volumeHandle"] for claim in claims]
    assert len(world.ec2.describe_volumes(VolumeIds=handles)["Volumes"]) == 20


def test_the_control_names_an_order_it_does_not_know(world: World) -> None:
    order = control(world.store, world.ec2)
    assert order({"bulk_claims": 2, "namespace": "few", "size_gib": 3}) == {"claims": 2}
    with pytest.raises(ValueError, match="no such order: claims; there are add_node, bulk_claims"):
        order({"claims": 2})


def _instances(world: World) -> list[Object]:
    pages = world.ec2.describe_instances()["Reservations"]
    return [each for page in pages for each in page["Instances"]]


def test_a_cluster_can_be_furnished_with_machines_and_storage_and_nothing_that_runs(aws: Sandbox) -> None:
    store, region = Store(), "ap-northeast-3"

    made = furnish(store, aws.client("ec2", region), cluster="spare", region=region)

    assert set(made.instances) == {each["metadata"]["name"] for each in store.list("nodes")}
    assert all(name.endswith(f".{region}.compute.internal") for name in made.instances)
    assert {each["metadata"]["name"] for each in store.list("storageclasses")} >= {"gp3"}
    assert store.list("pods") == store.list("persistentvolumeclaims") == []
