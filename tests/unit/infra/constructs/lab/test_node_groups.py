"""The lab's node groups."""

from __future__ import annotations

from tests.unit.infra.lab import launch_template, node_groups
from tests.unit.infra.template import Template


def test_there_is_a_group_for_every_kind_of_node(lab: Template) -> None:
    assert set(node_groups(lab)) == {"on-demand", "graviton", "spot", "instance-store", "containerd"}


def test_spot_nodes_are_two_to_three_of_whichever_type_is_left(lab: Template) -> None:
    spot = node_groups(lab)["spot"]

    assert spot["CapacityType"] == "SPOT"
    assert spot["InstanceTypes"] == ["c5.large", "c5d.large", "c5a.large"]
    assert (spot["ScalingConfig"]["MinSize"], spot["ScalingConfig"]["MaxSize"]) == (2, 3)
    others = [group for name, group in node_groups(lab).items() if name != "spot"]
    assert {group["CapacityType"] for group in others} == {"ON_DEMAND"}


def test_graviton_nodes_run_the_arm_image_and_carry_the_label(lab: Template) -> None:
    graviton = node_groups(lab)["graviton"]

    assert graviton["InstanceTypes"] == ["t4g.medium"]
    assert graviton["AmiType"] == "AL2023_ARM_64_STANDARD"
    assert graviton["Labels"] == {"family": "graviton"}
    others = [group for name, group in node_groups(lab).items() if name != "graviton"]
    assert {group["AmiType"] for group in others} == {"AL2023_x86_64_STANDARD"}


def test_instance_store_nodes_have_a_disk_and_say_so(lab: Template) -> None:
    group = node_groups(lab)["instance-store"]

    assert group["InstanceTypes"] == ["c5d.large"]
    assert group["Labels"] == {"disk": "nvme"}


def test_containerds_volume_is_its_own_and_faster_than_gp3_by_default(lab: Template) -> None:
    root, own = launch_template(lab, "containerd")["BlockDeviceMappings"]

    assert own["DeviceName"] != root["DeviceName"]
    assert own["Ebs"]["Iops"] > 3000
    assert own["Ebs"]["Throughput"] > 125


def test_every_volume_of_a_node_is_encrypted_and_its_metadata_out_of_reach_for_pods(lab: Template) -> None:
    for group in node_groups(lab):
        data = launch_template(lab, group)
        assert all(device["Ebs"]["Encrypted"] for device in data["BlockDeviceMappings"])
        assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_eks_chooses_the_image_and_so_adds_its_own_part_to_the_user_data(lab: Template) -> None:
    assert [group for group in node_groups(lab) if "ImageId" in launch_template(lab, group)] == []
