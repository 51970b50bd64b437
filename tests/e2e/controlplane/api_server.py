"""etcd and kube-apiserver on the loopback, and the files that lead to them.

`running_api_server` is the API server alone, with the snapshot CRDs: enough for a test that only asks it.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.kubernetes.certificates import write_certificates
from sandbox.kubernetes.store import NotFound
from tests.e2e.building.programs import Programs
from tests.e2e.controlplane.processes import Processes, free_port
from tests.e2e.controlplane.remote_store import Refused, RemoteStore

READY_SECONDS = 120.0
CRDS_SECONDS = 30.0
CRDS = "customresourcedefinitions"
AUDITED = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "users": ["kubernetes-admin", "system:apiserver", "system:anonymous"]},
        {"level": "None", "userGroups": ["system:serviceaccounts", "system:nodes"]},
        {"level": "Metadata"},
    ],
}
"""Everything that a function asks, nothing that the control plane asks of itself."""


@dataclass(frozen=True)
class ApiServer:
    """A running API server: its `url`, the admin's `token`, the PEM file `authority`, a `kubeconfig` of the
    admin, and the file `audit` where it writes what was asked."""

    url: str
    token: str
    authority: Path
    kubeconfig: Path
    audit: Path

    @property
    def store(self) -> RemoteStore:
        """Its objects, as the administrator."""
        return RemoteStore(self.url, self.token, self.authority)


@contextmanager
def running_api_server(programs: Programs, folder: Path) -> Iterator[ApiServer]:
    """An API server with the snapshot CRDs and no controller, until the block ends."""
    processes = Processes(folder)
    try:
        yield start_api_server(programs, processes)
    finally:
        processes.stop()


def start_api_server(
    programs: Programs, processes: Processes, *, name: str = "alone", webhook: str = ""
) -> ApiServer:
    """Start etcd and the API server of the cluster `name`; returns once it serves the snapshot CRDs.

    `webhook` is the URL that says who is behind a token (TokenReview); without one only the admin's is known.
    NotUp with the end of the log when one of them does not start.
    """
    etcd = _start_etcd(programs, processes)
    port = free_port()
    server = _write_files(processes.folder, name, port)
    flags = {**_flags(processes.folder, etcd, port), **_webhook_flags(processes.folder, webhook)}
    command = [f"--{flag}={value}" for flag, value in flags.items()]
    processes.start("kube-apiserver", programs.path("kube-apiserver"), *command)
    processes.wait_for("kube-apiserver", server.store.is_ready, READY_SECONDS)
    _install_crds(server.store, programs.crds, processes)
    return server


def _start_etcd(programs: Programs, processes: Processes) -> str:
    client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    processes.start(
        "etcd",
        programs.path("etcd"),
        f"--data-dir={processes.scratch()}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
    )
    return client


def _write_files(folder: Path, name: str, port: int) -> ApiServer:
    """Certificates, keys, the admin's token and kubeconfig, and the audit policy."""
    files = write_certificates(folder, datetime.now(UTC))
    pem = files.server.read_text()
    start = pem.index("-----BEGIN CERTIFICATE")
    _write_private(folder / "server.key", pem[:start])
    (folder / "server.crt").write_text(pem[start:])
    _write_service_account_key(folder)
    token = secrets.token_hex(24)
    _write_private(folder / "tokens.csv", f'{token},kubernetes-admin,admin,"system:masters"\n')
    _write_private(folder / "admin-token", token)
    (folder / "audit-policy.json").write_text(json.dumps(AUDITED))
    url = f"https://127.0.0.1:{port}"
    authority = base64.b64encode(files.authority.read_bytes()).decode()
    document = kubeconfig(name, {"server": url, "certificate-authority-data": authority}, {"token": token})
    _write_private(folder / "kubeconfig", json.dumps(document))
    return ApiServer(url, token, files.authority, folder / "kubeconfig", folder / "audit.log")


def _flags(folder: Path, etcd: str, port: int) -> dict[str, str]:
    return {
        "etcd-servers": etcd,
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",
        "endpoint-reconciler-type": "none",
        "secure-port": str(port),
        "tls-cert-file": f"{folder}/server.crt",
        "tls-private-key-file": f"{folder}/server.key",
        "client-ca-file": f"{folder}/ca.crt",
        "token-auth-file": f"{folder}/tokens.csv",
        "service-account-key-file": f"{folder}/service-account.pub",
        "service-account-signing-key-file": f"{folder}/service-account.key",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-cluster-ip-range": "10.96.0.0/24",
        "authorization-mode": "RBAC",
        "allow-privileged": "true",
        # Nobody would mount a token: the kubelets are played, and no pod really runs.
        "disable-admission-plugins": "ServiceAccount",
        "audit-policy-file": f"{folder}/audit-policy.json",
        "audit-log-path": f"{folder}/audit.log",
        "shutdown-delay-duration": "0s",
    }


def _webhook_flags(folder: Path, webhook: str) -> dict[str, str]:
    if not webhook:
        return {}
    file = folder / "webhook.json"
    file.write_text(json.dumps(kubeconfig("webhook", {"server": webhook}, {})))
    return {
        "authentication-token-webhook-config-file": str(file),
        "authentication-token-webhook-cache-ttl": "10s",
        "authentication-token-webhook-version": "v1",
    }


def kubeconfig(name: str, cluster: dict[str, str], user: dict[str, str]) -> dict[str, Any]:
    """A kubeconfig of one cluster and one user."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "user"}}],
        "current-context": name,
    }


def _write_service_account_key(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    _write_private(folder / "service-account.key", secret.decode())
    (folder / "service-account.pub").write_bytes(public)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _install_crds(store: RemoteStore, folder: Path, processes: Processes) -> None:
    documents = [yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml"))]
    plurals = [store.create(CRDS, None, document)["spec"]["names"]["plural"] for document in documents]

    def served() -> bool:
        """A CRD that is established may still answer that its storage is initializing."""
        try:
            return all(store.list(plural) == [] for plural in plurals)
        except (NotFound, Refused):
            return False

    processes.wait_for("kube-apiserver", served, CRDS_SECONDS)
