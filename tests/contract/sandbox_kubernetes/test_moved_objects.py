"""The real kubectl applies what `snapkeep objects --into` prints, and twice is once."""

import os
import subprocess

import pytest
import yaml

from sandbox.kubectl import program
from sandbox.kubernetes.cluster import ClusterServer
from snapkeep.domain.objects.cleaning import cleaned
from snapkeep.domain.objects.restoring import plan_namespace
from snapkeep.domain.objects.yaml_text import document
from tests.contract.sandbox_kubernetes.client import Client

pytestmark = pytest.mark.slow

APPLY = "kubectl apply --server-side --field-manager=snapkeep"

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: web}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reads, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: runner, namespace: shop}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf, namespace: shop}
data: {port: "80", "on": "yes"}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {serviceAccountName: runner, containers: [{name: main, image: example}]}
"""


def run(server: ClusterServer, command: str, given: str = "", fails: bool = False) -> str:
    """What kubectl prints on standard output."""
    environment = {**os.environ, "KUBECONFIG": str(server.kubeconfig)}
    done = subprocess.run(
        [program(), *command.split()[1:]],
        input=given,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout + (done.stderr if fails else "")


def moved(server: ClusterServer) -> str:
    """The objects of shop as they are saved, and as they go into `copy`."""
    listed = run(server, "kubectl get -f - -o yaml", SHOP)
    saved = "".join(document(cleaned(item)) for item in yaml.safe_load(listed)["items"])
    plan = plan_namespace(yaml.safe_load_all(saved), {}, "shop", "copy")
    return "".join(map(document, plan.objects))


def test_a_namespace_is_made_a_second_time(server: ClusterServer, admin: Client) -> None:
    run(server, f"{APPLY} -f -", SHOP)
    objects = moved(server)
    run(server, "kubectl create namespace copy")
    run(server, f"{APPLY} --dry-run=server -f -", objects)
    assert run(server, "kubectl get deployments -n copy -o name") == ""

    for _ in range(2):
        run(server, f"{APPLY} -f -", objects)

    assert admin.get("/api/v1/namespaces/copy").body["metadata"]["labels"]["team"] == "web"
    binding = admin.get("/apis/rbac.authorization.k8s.io/v1/namespaces/copy/rolebindings/reads").body
    assert binding["subjects"][0]["namespace"] == "copy"
    assert admin.get("/api/v1/namespaces/copy/configmaps/conf").body["data"] == {"port": "80", "on": "yes"}
    assert run(server, "kubectl get deployments -n copy -o name").split() == ["deployment.apps/web"]


def test_what_somebody_else_applied_is_a_conflict_and_stays(server: ClusterServer, admin: Client) -> None:
    run(server, f"{APPLY} -f -", SHOP)
    objects = moved(server)
    run(server, "kubectl create namespace copy")
    theirs = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf, namespace: copy}\ndata: {port: '81'}\n"
    run(server, "kubectl apply --server-side --field-manager=argocd -f -", theirs)

    assert 'conflict with "argocd": .data.port' in run(server, f"{APPLY} -f -", objects, fails=True)
    assert admin.get("/api/v1/namespaces/copy/configmaps/conf").body["data"]["port"] == "81"
