"""WordPress and its MySQL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.infra.lab import an_object, waits_for
from tests.unit.infra.template import Template, listed

DEPLOYMENTS = ("wordpress", "wordpress-mysql")


def pod(template: Template, deployment: str) -> dict[str, Any]:
    spec: dict[str, Any] = an_object(template, "Deployment", deployment)["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("claim", ["mysql-pv-claim", "wp-pv-claim"])
def test_each_has_a_claim_of_20gi_in_one_group(lab: Template, claim: str) -> None:
    found = an_object(lab, "PersistentVolumeClaim", claim)

    assert found["spec"]["storageClassName"] == "gp3"
    assert found["spec"]["resources"]["requests"] == {"storage": "20Gi"}
    assert found["metadata"]["labels"]["app"] == "wordpress"


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_both_run_on_spot_nodes_and_never_twice_on_a_volume(lab: Template, deployment: str) -> None:
    assert pod(lab, deployment)["nodeSelector"] == {"eks.amazonaws.com/capacityType": "SPOT"}
    assert an_object(lab, "Deployment", deployment)["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize(
    ("deployment", "variable"),
    [("wordpress", "WORDPRESS_DB_PASSWORD_FILE"), ("wordpress-mysql", "MYSQL_ROOT_PASSWORD_FILE")],
)
def test_the_password_is_fetched_into_memory_and_read_from_there(
    lab: Template, deployment: str, variable: str
) -> None:
    spec = pod(lab, deployment)
    (fetch,), (container,) = spec["initContainers"], spec["containers"]
    file = next(item["value"] for item in container["env"] if item["name"] == variable)
    (secret,) = lab.resources("SecretsManager::Secret")

    assert fetch["command"][-1].endswith(f"> {file}")
    assert {"name": "SECRET", "value": f"{{{secret}}}"} in fetch["env"]
    assert {"name": "password", "mountPath": "/password", "readOnly": True} in container["volumeMounts"]
    assert {"medium": "Memory", "sizeLimit": "1Mi"} in [each.get("emptyDir") for each in spec["volumes"]]


def test_no_password_stands_in_the_template(lab: Template) -> None:
    (secret,) = lab.resources("SecretsManager::Secret").values()

    assert set(secret) == {"Description", "GenerateSecretString"}
    assert 'PASSWORD\\",\\"value' not in json.dumps(lab.document)
    assert [item for item in ("stringData", '"Secret"') if item in json.dumps(lab.document)] == []


def test_only_their_service_account_reads_it(lab: Template) -> None:
    (secret,) = lab.resources("SecretsManager::Secret")
    readers = [
        statement
        for policy in lab.resources("IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if any(action.startswith("secretsmanager:") for action in listed(statement["Action"]))
    ]
    identity = next(
        item
        for item in lab.resources("EKS::PodIdentityAssociation").values()
        if item["ServiceAccount"] == "wordpress"
    )

    assert [statement["Resource"] for statement in readers] == [{"Ref": secret}]
    assert readers[0] in lab.statements_of(identity["RoleArn"])
    assert identity["Namespace"] == "wordpress"
    assert {pod(lab, name)["serviceAccountName"] for name in DEPLOYMENTS} == {"wordpress"}


def test_pods_start_when_they_may_read_it(lab: Template) -> None:
    (pods,) = (name for name in lab.document["Resources"] if name.startswith("WordPresswordpress"))
    before = waits_for(lab, pods)

    assert any(name.startswith("WordPressIdentity") for name in before)
    assert any(name.startswith("WordPressRoleDefaultPolicy") for name in before)
