"""Saves the objects beside volumes, of a whole namespace and of a workload, and applies them again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from snapkeep.domain import tags
from tests.e2e.conftest import SECRETS_KEY
from tests.e2e.product import CLAIMS, Product
from tests.integration.deployed import CLUSTER, until

CONFIG_MAPS = 60
"""More than a page holds."""
HUSH = "aHVzaA=="
"""The Secret's word, as Kubernetes encodes it."""
CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""
WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: web
          env: [{name: WORD, valueFrom: {secretKeyRef: {name: login, key: word}}}]
      volumes:
        - {name: data, persistentVolumeClaim: {claimName: data-000}}
        - {name: conf, configMap: {name: conf-00}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
{apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {word: hush}}
"""
DATABASE = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: at-once
        resources: {requests: {storage: 1Gi}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: "10"}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: tool}, spec: {containers: [{name: tool, image: tool}]}}
"""
"""A claim that a StatefulSet makes where it finds none; a pod that a quota refuses until it is counted."""


@pytest.fixture(scope="module", autouse=True)
def saved(product: Product) -> Iterator[None]:
    """Both policies have run, and save_objects has passed once after them."""
    product.sandbox.aws.make_key(SECRETS_KEY)
    product.kubectl("apply", "-f", "-", stdin=CRD)
    product.kubectl("wait", "--for=condition=Established", "crd/widgets.example.com", "--timeout=60s")
    for policy in ("whole", "part"):
        product.make_claims(policy, 1)
        product.kubectl("-n", policy, "apply", "-f", "-", stdin=WORKLOAD + "---\n" + more_objects())
        if policy == "whole":
            make_database(product, policy)
        product.backup(policy)
        product.until_closed(policy, 120)
    (report,) = product.invoke("save-objects", {"cluster": CLUSTER})["clusters"]
    assert (report["given_up"], report["waiting"]) == ({}, [])
    yield


def make_database(product: Product, namespace: str) -> None:
    """The database, with its claim bound, and a label on the namespace."""
    product.kubectl("label", "namespace", namespace, "team=shop")
    product.kubectl("-n", namespace, "apply", "-f", "-", stdin=DATABASE)
    until(lambda: len(product.store.list(CLAIMS, namespace)) == 2 or None, "the claim of db", 60)
    product.until_bound(namespace)


def more_objects() -> str:
    """ConfigMaps and a widget."""
    maps: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": name}}
        for name in config_maps()
    ]
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "round"}, "size": 3}
    return yaml.safe_dump_all([*maps, widget])


def config_maps() -> list[str]:
    return [f"conf-{number:02d}" for number in range(CONFIG_MAPS)]


def archive(product: Product, policy: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The documents and the manifest of the policy's run."""
    s3 = product.client("s3")
    (bucket,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if "object" in each["Name"])
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{CLUSTER}/{policy}/")["Contents"]
    bodies = {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}
    (packed,) = (body for key, body in bodies.items() if key.endswith(".yaml.gz"))
    (manifest,) = (body for key, body in bodies.items() if key.endswith(".json"))
    return list(yaml.safe_load_all(gzip.decompress(packed))), json.loads(manifest)


def test_a_whole_namespace_is_saved_with_the_kind_of_a_crd(product: Product) -> None:
    documents, manifest = archive(product, "whole")

    assert manifest["kinds_refused"] == []
    assert manifest["saved"]["configmaps"] == config_maps()
    assert manifest["saved"]["widgets.example.com"] == ["round"]
    assert {"Namespace", "PersistentVolume", "StorageClass", "ServiceAccount", "Deployment", "Service"} <= {
        each["kind"] for each in documents
    }


def test_a_workload_is_saved_with_what_it_names(product: Product) -> None:
    _, manifest = archive(product, "part")

    assert manifest["kinds_refused"] == []
    assert manifest["saved"] == {
        "namespaces": ["part"],
        "storageclasses.storage.k8s.io": ["at-once"],
        "persistentvolumes": manifest["saved"]["persistentvolumes"],
        "serviceaccounts": ["web"],
        "configmaps": ["conf-00"],
        CLAIMS: ["data-000"],
        "services": ["web"],
        "deployments.apps": ["web"],
    }


@pytest.mark.parametrize("policy", ["whole", "part"])
def test_secrets_are_encrypted_apart_and_open_for_who_may_decrypt(product: Product, policy: str) -> None:
    documents, manifest = archive(product, policy)
    told = json.dumps([documents, manifest])

    assert (manifest["secrets"], manifest["secrets_saved"]) == ({"login": ["word"]}, ["login"])
    assert "hush" not in told and HUSH not in told
    command = ("objects", manifest["run"], "-n", policy, "--secrets", "--cluster", CLUSTER)
    assert HUSH not in product.snapkeep(*command)
    (secret,) = yaml.safe_load_all(product.snapkeep(*command, "-o", "yaml"))
    assert secret["data"] == {"word": HUSH}


def test_a_lost_namespace_comes_back_whole(product: Product) -> None:
    _, manifest = archive(product, "whole")
    taken = {each.tags[tags.CLAIM]: each.id for each in product.snapshots("whole")}
    product.delete_namespace("whole")
    command = ("restore-namespace", manifest["run"], "--secrets", "--yes", "--timeout", "150")

    said = product.snapkeep(*command)

    assert "whole is restored whole" in said, said
    found = json.loads(
        product.kubectl("get", "widgets,deployments,services,configmaps,pods", "-n", "whole", "-o", "json")
    )
    secret = json.loads(product.kubectl("get", "secret", "login", "-n", "whole", "-o", "json"))
    assert secret["data"] == {"word": HUSH}
    names = {(each["kind"], each["metadata"]["name"]) for each in found["items"]}
    assert {("Widget", "round"), ("Deployment", "web"), ("Service", "web"), ("Pod", "tool")} <= names
    assert {("ConfigMap", name) for name in config_maps()} <= names
    assert taken == {claim: product.made_from("whole", claim) for claim in ("data-000", "data-db-0")}
    assert product.store.get("namespaces", None, "whole")["metadata"]["labels"]["team"] == "shop"
    assert "applied 0 of 0 objects" in product.snapkeep(*command), "it was done"


def test_what_somebody_else_manages_is_in_the_way(product: Product) -> None:
    _, manifest = archive(product, "part")
    before = product.kubectl("get", "all,pvc", "-n", "part", "-o", "name")

    said = product.snapkeep("restore-namespace", manifest["run"], "--yes", code=3)

    assert "error[in_the_way]: Deployment/web exists in part, managed by kubectl-client-side-apply" in said
    assert "error[claim_exists]" in said
    assert product.kubectl("get", "all,pvc", "-n", "part", "-o", "name") == before
