"""The deployed function saves the objects of namespaces under its own role, and finds that it did."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from sandbox.kubectl import program
from snapkeep_cli.cluster.kubectl import Kubectl
from snapkeep_cli.objects.comparing import compare
from tests.fakes.api import a_request
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed
from tests.integration.flows.command import snapkeep

pytestmark = pytest.mark.slow

LOCK = {"mode": "governance", "days": 7}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    policies = [
        {"name": "whole", "method": "ebs", "objects": "namespace", "lock": LOCK},
        {"name": "part", "method": "ebs", "objects": "workload"},
    ]
    with deployed(tmp_path_factory.mktemp("objects"), config_of(*policies)) as product:
        for name in ("whole", "part"):
            product.make_claims(name, 1)
            make_workload(product, name)
        yield product


def make_workload(product: Deployed, namespace: str) -> None:
    """A deployment that mounts the claim and names a ConfigMap and a Secret, and a ConfigMap beside it."""
    volumes = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "bulk-0000"}},
        {"name": "conf", "configMap": {"name": "conf"}},
        {"name": "tls", "secret": {"secretName": "tls"}},
    ]
    pods = {"containers": [{"name": "web", "image": "web"}], "volumes": volumes}
    labels = {"app": "web"}
    spec = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pods},
    }
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    product.admin.create(path, {"metadata": {"name": "web"}, "spec": spec})
    core = f"/api/v1/namespaces/{namespace}"
    for name in ("conf", "other"):
        product.admin.create(f"{core}/configmaps", {"metadata": {"name": name}, "data": {"a": name}})
    product.admin.create(f"{core}/secrets", {"metadata": {"name": "tls"}, "stringData": {"key": "hush"}})


def saved(product: Deployed, policy: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The documents and the manifest of the newest archive of a policy."""
    s3 = product.client("s3")
    (bucket,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if "object" in each["Name"])
    keys = [
        each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"] if f"/{policy}/" in each["Key"]
    ]
    (archive,) = (key for key in keys if key.endswith(".yaml.gz"))
    (manifest,) = (key for key in keys if key.endswith(".json"))

    def body(key: str) -> bytes:
        return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    return list(yaml.safe_load_all(gzip.decompress(body(archive)))), json.loads(body(manifest))


def save(product: Deployed) -> dict[str, Any]:
    """What one pass reports."""
    (report,) = product.invoke("save-objects", {"scheduledTime": "2026-11-24T18:15:00Z"})["clusters"]
    assert report["given_up"] == {}
    return dict(report)


@pytest.fixture(scope="module")
def backed_up(product: Deployed) -> None:
    """A run of each policy has ended, and everything that it started."""
    for policy in ("whole", "part"):
        product.backup(policy)
        product.until_closed(policy)
    product.sandbox.aws.wait_idle(60)


@pytest.mark.usefixtures("backed_up")
def test_each_policy_saves_what_it_asks_for_once_when_its_run_is_planned(product: Deployed) -> None:
    assert save(product)["saved"] == {}

    documents, manifest = saved(product, "whole")
    kinds = [each["kind"] for each in documents]
    assert kinds[0] == "Namespace" and "PersistentVolume" in kinds and kinds[-1] == "Deployment"
    assert manifest["saved"]["configmaps"] == ["conf", "other"]
    assert manifest["secrets"] == {"tls": []}
    assert manifest["kinds_refused"] == []
    assert "hush" not in json.dumps([documents, manifest])

    documents, manifest = saved(product, "part")
    assert manifest["saved"]["configmaps"] == ["conf"]
    assert manifest["saved"]["deployments.apps"] == ["web"]
    assert manifest["kinds_refused"] == []


@pytest.mark.usefixtures("backed_up")
def test_coverage_says_what_a_restore_of_each_namespace_would_lack(product: Deployed) -> None:
    answer = product.invoke("api", a_request("GET", f"/v1/clusters/{CLUSTER}/coverage"))
    found = {each["namespace"]: each for each in json.loads(answer["body"])["namespaces"]}
    assert found["whole"]["words"] == "bring the Secret tls"
    assert found["whole"]["kinds"]["configmaps"] == 2
    lacks = [each["lack"] for each in found["part"]["missing"]]
    assert lacks == ["scope", "secret"]


@pytest.mark.usefixtures("backed_up")
def test_kubectl_shows_what_changed_since_the_objects_were_saved(
    product: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(product.sandbox.kubeconfig))
    for policy in ("whole", "part"):
        documents, manifest = saved(product, policy)
        archive = yaml.safe_dump_all(documents)
        assert compare(Kubectl(str(program())), manifest, archive) == {}, capsys.readouterr().out

        config = f"/api/v1/namespaces/{policy}/configmaps/conf"
        product.admin.patch(config, {"data": {"a": "changed"}})
        assert compare(Kubectl(str(program())), manifest, archive) == {"changed": 1}
        assert '+  a: "changed"' in capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("backed_up")
def test_a_copy_of_a_namespace_waits_for_its_secret_and_comes_up(product: Deployed) -> None:
    _, manifest = saved(product, "whole")
    path = f"{program().parent}{os.pathsep}{os.environ['PATH']}"
    place = {"KUBECONFIG": str(product.sandbox.kubeconfig), "PATH": path}
    command = ("restore-namespace", manifest["run"], "--into", "copy", "--yes", "--timeout")

    waits = snapkeep(product, *command, "20", **place)

    said = waits.stdout + waits.stderr
    assert waits.returncode == 7, said
    assert "warning[secret_missing]: copy lacks Secrets that are not saved: tls" in said
    assert "0 of 1 pods run; pod web-" in said and "it waits for the Secret tls" in said

    tls = {"metadata": {"name": "tls"}, "stringData": {"key": "hush"}}
    product.admin.create("/api/v1/namespaces/copy/secrets", tls)
    ended = snapkeep(product, *command, "120", **place)

    assert ended.returncode == 0, ended.stderr
    assert "copy is restored whole: 1 claim and 4 objects, and its pods run" in ended.stderr
    assert "applied 0 of 0 objects; 3 were there before" in ended.stderr
    claim = product.admin.get("/api/v1/namespaces/copy/persistentvolumeclaims/bulk-0000")
    assert claim["status"]["phase"] == "Bound"
