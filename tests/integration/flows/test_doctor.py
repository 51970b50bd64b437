"""`snapkeep doctor` on the deployed product: whole, with things taken away, and mended by its own words."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.demo import build
from snapkeep_cli.config.cluster_access import FUNCTIONS
from tests.fakes import aws_cli
from tests.integration.deployed import CLUSTER, Deployed, until

pytestmark = pytest.mark.slow

RBAC = "/apis/rbac.authorization.k8s.io/v1"
CLASS = f"/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses/snapkeep-{CLUSTER}"
CLAIMS = "/api/v1/namespaces/brought/persistentvolumeclaims"


def config_of(product: Deployed) -> Path:
    """The config that is deployed."""
    return product.sandbox.work.parent / "snapkeep.yaml"


@dataclass
class Person:
    """An IAM user of the account, who may do everything in AWS and what their groups may in the cluster."""

    product: Deployed
    arn: str
    key: dict[str, str]

    def enter(self, *groups: str) -> None:
        """Get an access entry with these groups; EKS needs a moment to notice."""
        eks = self.product.sandbox.client("eks")
        eks.create_access_entry(clusterName=CLUSTER, principalArn=self.arn, kubernetesGroups=list(groups))
        until(lambda: None if "does not know you" in str(self.look()[1]) else True, "the entry", 30)

    def look(self) -> tuple[int, list[dict[str, str]]]:
        """The exit code and the findings of `snapkeep doctor`."""
        done = self.run("doctor", "-o", "json")
        assert done.stdout, done.stderr
        (cluster,) = json.loads(done.stdout)["clusters"]
        return done.returncode, cluster["findings"]

    def problems(self) -> list[dict[str, str]]:
        """Its findings that are problems."""
        return [finding for finding in self.look()[1] if finding["verdict"] == "problem"]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type `snapkeep …` where the config of the deployment is."""
        return subprocess.run(
            [sys.executable, "-m", "snapkeep_cli.main", *words],
            cwd=config_of(self.product).parent,
            env={**os.environ, **self.product.sandbox.environment(), **self.key, "NO_COLOR": "1"},
            text=True,
            capture_output=True,
            timeout=120,
        )

    def paste(self, command: str) -> None:
        """Do what the doctor says."""
        ours, _, kubectl = command.partition(" | ")
        if kubectl:
            assert kubectl == "kubectl apply -f -"
            program, *words = shlex.split(ours)
            assert program == "snapkeep"
            self.product.admin.apply(self.run(*words).stdout)
        else:
            aws_cli.run(command, self.product.sandbox.client)


@pytest.fixture
def person(product: Deployed) -> Iterator[Person]:
    """A new user; what was taken from the cluster is there again afterwards."""
    iam, name = product.sandbox.client("iam"), f"doctor-{os.urandom(4).hex()}"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    pair = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    yield Person(product, arn, pair)
    product.admin.apply(build.manifests(config_of(product), CLUSTER))


def verdicts(findings: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(finding["check"], finding["verdict"]) for finding in findings]


def role_of(product: Deployed, function: str) -> str:
    found = product.sandbox.client("lambda").get_function_configuration(FunctionName=f"snapkeep-{function}")
    return str(found["Role"])


def test_what_was_taken_away_is_named_and_mended_by_the_commands_told(
    product: Deployed, person: Person
) -> None:
    person.enter("system:masters")
    code, whole = person.look()
    assert [finding for finding in whole if finding["verdict"] == "problem"] == []
    assert code == 6
    assert {finding["check"] for finding in whole if finding["verdict"] == "cannot tell"} == {"quota"}
    (rbac,) = [finding for finding in whole if finding["check"] == "rbac"]
    assert rbac["text"].startswith(
        f"{len(FUNCTIONS)} of {len(FUNCTIONS)} groups may do what their function needs"
    )
    assert rbac["text"].endswith("asked as its group")

    role = role_of(product, "prune")
    product.sandbox.client("eks").delete_access_entry(clusterName=CLUSTER, principalArn=role)
    product.admin.delete(f"{RBAC}/clusterroles/{quote('snapkeep:reconcile')}")
    product.admin.delete(CLASS)

    code, sick = person.look()
    entry, rights, snapshot_class = [finding for finding in sick if finding["verdict"] == "problem"]
    assert code == 1
    assert role in entry["text"] and "prune cannot get in" in entry["text"]
    assert "reconcile lacks" in rights["text"]
    assert f"snapkeep-{CLUSTER} is missing" in snapshot_class["text"]

    for finding in (entry, rights, snapshot_class):
        person.paste(finding["fix"])
    code, mended = person.look()
    assert code == 6
    assert verdicts(mended) == verdicts(whole)


@pytest.fixture
def admins(product: Deployed) -> Iterator[str]:
    """A group that may do everything but speak for others, which the sandbox leaves to system:masters."""
    api = "rbac.authorization.k8s.io"
    binding = {
        "apiVersion": f"{api}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "lab-admins"},
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": api, "kind": "Group", "name": "lab:admins"}],
    }
    product.admin.apply(json.dumps(binding))  # JSON is YAML
    yield "lab:admins"
    product.admin.delete(f"{RBAC}/clusterrolebindings/lab-admins")


def test_who_may_not_impersonate_reads_the_roles_instead(
    product: Deployed, person: Person, admins: str
) -> None:
    person.enter(admins)

    (rbac,) = [finding for finding in person.look()[1] if finding["check"] == "rbac"]
    assert rbac["verdict"] == "ok"
    assert rbac["text"].endswith("read from its ClusterRole and binding")

    product.admin.delete(f"{RBAC}/clusterrolebindings/{quote('snapkeep:api')}")
    (unbound,) = person.problems()
    assert "api lacks" in unbound["text"]


def test_somebody_the_cluster_does_not_know_is_told_how_to_get_in(person: Person) -> None:
    code, found = person.look()

    assert code == 6
    told = [finding for finding in found if finding["text"] == "the cluster does not know you"]
    assert {finding["check"] for finding in told} >= {"rbac", "snapshot class", "volumes"}
    assert f"create-access-entry --cluster-name {CLUSTER} --principal-arn {person.arn}" in told[0]["fix"]


def test_a_volume_that_a_person_brought_is_out_of_reach_until_it_is_tagged(
    product: Deployed, person: Person, brought: str
) -> None:
    person.enter("system:masters")

    (found,) = person.problems()
    assert f"brought/data ({brought})" in found["text"]
    person.paste(found["fix"])
    assert person.problems() == []


@pytest.fixture
def brought(product: Deployed) -> Iterator[str]:
    """The id of a volume that no driver made, in a static PersistentVolume bound to claim brought/data."""
    ec2, admin = product.sandbox.client("ec2"), product.admin
    volume = str(ec2.create_volume(AvailabilityZone=f"{product.sandbox.region}a", Size=1)["VolumeId"])
    admin.create("/api/v1/namespaces", {"metadata": {"name": "brought"}})
    admin.create("/api/v1/persistentvolumes", static_volume(volume))
    admin.create(CLAIMS, static_claim())
    until(lambda: admin.get(f"{CLAIMS}/data")["status"].get("phase") == "Bound" or None, "the claim")
    yield volume
    admin.delete("/api/v1/namespaces/brought")
    until(lambda: absent(product, "/api/v1/namespaces/brought"), "the namespace to go")
    admin.delete("/api/v1/persistentvolumes/brought")
    ec2.delete_volume(VolumeId=volume)


def absent(product: Deployed, path: str) -> bool | None:
    try:
        product.admin.get(path)
    except urllib.error.HTTPError as error:
        return True if error.code == 404 else None
    return None


def static_volume(volume: str) -> dict[str, Any]:
    return {
        "metadata": {"name": "brought"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
            "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": volume},
            "claimRef": {"namespace": "brought", "name": "data"},
        },
    }


def static_claim() -> dict[str, Any]:
    return {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "",
            "volumeName": "brought",
        },
    }
