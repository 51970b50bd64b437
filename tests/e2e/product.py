"""The product deployed beside a real control plane, and what its tests do with both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.demo import build
from sandbox.launch import Sandbox
from tests.e2e.building.programs import Programs
from tests.e2e.controlplane.remote_store import RemoteStore
from tests.integration.deployed import CLUSTER, Deployed, deployed, until

MODULE = "tests.e2e.controlplane"
PATIENCE = 4.0
"""How much longer than the sandbox's own cluster a real one may take, on a busy machine."""
START_SECONDS = 240.0
BOUND_SECONDS = 90.0
CLASS = "at-once"
"""A StorageClass of the driver that waits for no pod."""
GROUP = "/apis/snapshot.storage.k8s.io/v1"
SNAPSHOTS = "volumesnapshots"
CONTENTS = "volumesnapshotcontents"
CLAIMS = "persistentvolumeclaims"


class Product(Deployed):
    """The deployed stack, with the cluster's objects by plural name (`store`) and kubectl."""

    programs: Programs
    store: RemoteStore

    @property
    def audit(self) -> Path:
        """What the API server was asked by functions and people, a line of JSON each."""
        return self.sandbox.kubeconfig.parent / "audit.log"

    def make_namespace(self, name: str) -> None:
        """Create a namespace."""
        self.store.create("namespaces", None, {"metadata": {"name": name}})

    def make_claims(self, namespace: str, count: int, size: str = "1Gi") -> list[str]:
        """Create a namespace with claims on volumes of their own, and wait until all are bound."""
        self.make_namespace(namespace)
        names = [f"data-{number:03d}" for number in range(count)]
        for name in names:
            self.store.create(CLAIMS, namespace, claim(name, size))
        self.until_bound(namespace)
        return names

    def is_gone(self, resource: str, namespace: str | None, name: str) -> bool:
        """Whether an object is no longer there."""
        return name not in {each["metadata"]["name"] for each in self.store.list(resource, namespace)}

    def delete_namespace(self, name: str) -> None:
        """Delete a namespace and wait until it is gone: Kubernetes takes ten seconds and more."""
        self.store.delete("namespaces", None, name)
        until(lambda: self.is_gone("namespaces", None, name) or None, f"namespace {name} to go", 90)

    def kubectl(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """What kubectl prints, errors included; AssertionError when it ends with another code."""
        command = [self.programs.path("kubectl"), "--kubeconfig", str(self.sandbox.kubeconfig), *words]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120)
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said

    def snapkeep(self, *words: str, code: int = 0) -> str:
        """What `snapkeep …` prints for the account's administrator, who is no admin of the cluster."""
        environment = {
            **os.environ,
            **self.sandbox.environment(),
            "SNAPKEEP_API_URL": self.sandbox.invoke_url(self.outputs["ApiUrl"]),
            "KUBECONFIG": str(self.sandbox.kubeconfig),
            "PATH": f"{self.programs.folder}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }
        command = [sys.executable, "-m", "snapkeep_cli.main", *words]
        done = subprocess.run(
            command, cwd=build.ROOT, env=environment, capture_output=True, text=True, timeout=180
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return said

    def apply_manifests(self) -> str:
        """Apply what `snapkeep manifests` prints with kubectl, and return what that says."""
        return self.kubectl("apply", "-f", "-", stdin=self.manifests())

    def manifests(self) -> str:
        """What `snapkeep manifests` prints for the deployed config."""
        return build.manifests(self.sandbox.work.parent / "snapkeep.yaml", CLUSTER)

    def until_bound(self, namespace: str) -> None:
        """Wait until all claims of a namespace are bound."""
        until(lambda: self._all_bound(namespace) or None, f"the claims of {namespace} to be bound", 120)

    def made_from(self, namespace: str, name: str) -> str:
        """The EC2 snapshot that the volume of a claim was made from, once it is bound."""

        def volume() -> str | None:
            found = self.store.get(CLAIMS, namespace, name)
            return found["spec"]["volumeName"] if found["status"].get("phase") == "Bound" else None

        bound = until(volume, f"claim {name} to be bound", BOUND_SECONDS)
        handle = self.store.get("persistentvolumes", None, bound)["spec"]["csi"]["volumeHandle"]
        (made,) = self.sandbox.client("ec2").describe_volumes(VolumeIds=[handle])["Volumes"]
        return str(made["SnapshotId"])

    def _all_bound(self, namespace: str) -> bool:
        return all(each["status"].get("phase") == "Bound" for each in self.store.list(CLAIMS, namespace))


@contextmanager
def running_product(folder: Path, config: dict[str, Any], programs: Programs) -> Iterator[Product]:
    """The stack of this config beside a control plane of its own, both stopped at the end."""
    with deployed(folder, config, real_sandbox(folder / "sandbox"), PATIENCE) as found:
        product = Product(**vars(found))
        product.programs, product.store = programs, store_of(found.sandbox)
        product.store.create("storageclasses", None, storage_class())
        yield product


def real_sandbox(folder: Path) -> Sandbox:
    """A sandbox, not started yet, whose cluster is a real control plane."""
    return Sandbox(folder, cluster_module=MODULE, limit=START_SECONDS)


def store_of(sandbox: Sandbox) -> RemoteStore:
    """The cluster of a running sandbox, as its administrator."""
    return RemoteStore(sandbox.kubernetes_url, sandbox.admin_token.read_text(), sandbox.authority)


def storage_class() -> dict[str, Any]:
    """The StorageClass CLASS."""
    return {
        "metadata": {"name": CLASS},
        "provisioner": "ebs.csi.aws.com",
        "volumeBindingMode": "Immediate",
        "parameters": {"type": "gp3", "csi.storage.k8s.io/fstype": "xfs"},
    }


def claim(name: str, size: str = "1Gi", **more: Any) -> dict[str, Any]:
    """A claim of that class; `more` are labels."""
    requests = {"requests": {"storage": size}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": CLASS, "resources": requests}
    return {"metadata": {"name": name, "labels": more}, "spec": spec}


def pod(name: str, *claims: str, **spec: Any) -> dict[str, Any]:
    """A pod that mounts these claims."""
    volumes = [{"name": each, "persistentVolumeClaim": {"claimName": each}} for each in claims]
    mounts = [{"name": each, "mountPath": f"/{each}"} for each in claims]
    container = {"name": "app", "image": "busybox", "volumeMounts": mounts}
    return {"metadata": {"name": name}, "spec": {"containers": [container], "volumes": volumes, **spec}}


def refused_with(act: Any) -> tuple[int, str]:
    """The code and the message with which the API server refuses a request of `sandbox.demo.kube.Admin`."""
    try:
        act()
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["message"]
    return 0, "not refused"
