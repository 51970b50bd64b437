"""The file system that two pods share."""

from __future__ import annotations

from tests.unit.infra.lab import an_object, objects, waits_for
from tests.unit.infra.template import Template


def test_the_file_system_is_encrypted_in_every_zone_and_goes_with_the_lab(lab: Template) -> None:
    (file_system,) = lab.whole("EFS::FileSystem").values()

    assert file_system["Properties"]["Encrypted"] is True
    assert file_system["DeletionPolicy"] == "Delete"
    assert len(lab.resources("EFS::MountTarget")) == 3


def test_only_the_nodes_reach_it(lab: Template) -> None:
    (rule,) = lab.resources("EC2::SecurityGroupIngress").values()

    assert (rule["FromPort"], rule["ToPort"]) == (2049, 2049)
    assert rule["SourceSecurityGroupId"]["Fn::GetAtt"][1] == "ClusterSecurityGroupId"


def test_the_static_volume_names_it_and_its_claim_takes_that_volume(lab: Template) -> None:
    (file_system,) = lab.resources("EFS::FileSystem")
    volume = an_object(lab, "PersistentVolume", "efs-pv")
    claim = an_object(lab, "PersistentVolumeClaim", "efs-claim")

    assert volume["spec"]["csi"] == {"driver": "efs.csi.aws.com", "volumeHandle": f"{{{file_system}}}"}
    assert claim["spec"]["volumeName"] == "efs-pv"
    assert claim["spec"]["accessModes"] == volume["spec"]["accessModes"] == ["ReadWriteMany"]


def test_two_pods_share_the_claim(lab: Template) -> None:
    sharing = [
        pod["metadata"]["name"]
        for pod in objects(lab)
        if pod["kind"] == "Pod"
        for volume in pod["spec"]["volumes"]
        if volume["persistentVolumeClaim"]["claimName"] == "efs-claim"
    ]

    assert sharing == ["efs-app1", "efs-app2"]


def test_the_pods_come_when_the_file_system_can_be_mounted(lab: Template) -> None:
    (pods,) = (name for name in lab.document["Resources"] if name.startswith("SharedFilessharedfiles"))

    assert set(lab.resources("EFS::MountTarget")) <= waits_for(lab, pods)
