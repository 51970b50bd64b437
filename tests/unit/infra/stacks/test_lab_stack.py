"""The lab's stack as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from infra.constructs.lab.cluster import VERSION
from infra.constructs.lab.manifests import FOLDER
from tests.unit.infra.lab import addons, an_object, objects
from tests.unit.infra.template import Resource, Template, listed

SCHEMAS = Path(__file__).parents[1] / "schemas"
SNAPSHOT_CLASS = json.loads((SCHEMAS / "volumesnapshotclass-snapshot-v1.json").read_text())


def complaint(manifest: Resource) -> str | None:
    """What Kubernetes of the lab's version would say against an object; unknown fields included."""
    try:
        if manifest["apiVersion"] == "snapshot.storage.k8s.io/v1":
            jsonschema.validate(manifest, SNAPSHOT_CLASS)
        else:
            kubernetes_validate.validate(manifest, VERSION.version, strict=True)
    except jsonschema.ValidationError as error:
        return f"{manifest['kind']} {manifest['metadata']['name']}: {error.message}"
    return None


def test_every_object_is_what_kubernetes_takes(lab: Template) -> None:
    assert [found for item in objects(lab) if (found := complaint(item))] == []


@pytest.mark.parametrize(
    ("kind", "name"), [("VolumeSnapshotClass", "csi-aws-vsc"), ("StorageClass", "gp3"), ("Pod", "app")]
)
def test_a_slip_would_be_seen(lab: Template, kind: str, name: str) -> None:
    assert complaint({**an_object(lab, kind, name), "retain": True})


def test_the_stack_applies_every_manifest_there_is(lab: Template) -> None:
    applied = {(item["kind"], item["metadata"]["name"]) for item in objects(lab)}
    written = {
        (item["kind"], item["metadata"]["name"])
        for path in FOLDER.glob("*.yaml")
        for item in yaml.safe_load_all(path.read_text())
    }

    assert applied - written == {("ServiceAccount", "aws-load-balancer-controller")}
    assert written <= applied


def test_what_claims_and_pods_name_exists(lab: Template) -> None:
    named = [item for item in objects(lab) if item["kind"] == "PersistentVolumeClaim"]
    classes = {item["metadata"]["name"] for item in objects(lab) if item["kind"] == "StorageClass"}

    assert {claim["spec"]["storageClassName"] for claim in named} == classes


def test_the_add_ons_are_those_of_the_lab(lab: Template) -> None:
    assert set(addons(lab)) == {
        "vpc-cni",
        "kube-proxy",
        "eks-pod-identity-agent",
        "coredns",
        "aws-ebs-csi-driver",
        "aws-efs-csi-driver",
        "snapshot-controller",
    }


def test_nothing_of_the_lab_is_kept_when_it_is_deleted(lab: Template) -> None:
    kept = [
        name
        for name, resource in lab.document["Resources"].items()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    ]

    assert kept == []


def test_no_policy_of_ours_allows_every_action(lab: Template) -> None:
    for policy in lab.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert "*" not in listed(statement["Action"])


def test_outputs_say_how_to_go_on(lab: Template) -> None:
    outputs = lab.document["Outputs"]

    assert set(outputs) == {"KubeconfigCommand", "FileSystemId", "WordPressPasswordArn"}
    assert (
        outputs["KubeconfigCommand"]["Value"]
        == "aws eks update-kubeconfig --name myeks --region ap-northeast-2"
    )
