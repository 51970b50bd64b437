"""The cluster as a process: started with a command, found through ready.json, gone after SIGTERM."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from kubernetes import client, config

from sandbox.kubernetes.cluster import ClusterServer
from sandbox.kubernetes.control import ClusterControl
from tests.contract.sandbox_kubernetes.waiting import eventually


def test_it_starts_answers_the_official_client_and_ends(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sandbox.kubernetes",
        "--folder",
        str(tmp_path),
        "--plain-http-port",
        "0",
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        eventually((tmp_path / "ready.json").exists, seconds=15)
        ready = json.loads((tmp_path / "ready.json").read_text())
        secure = config.new_client_from_config(ready["kubeconfig"])
        plain = client.ApiClient(client.Configuration(host=ready["plain_url"]))
        for api in (secure, plain):
            namespaces = client.CoreV1Api(api).list_namespace().items
            assert "kube-system" in [row.metadata.name for row in namespaces]
        assert ClusterControl.from_folder(tmp_path).requests("list", "namespaces") == 2
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("name", ["kubeconfig", "admin-token", "server.pem"])
def test_secrets_are_for_their_owner_only(server: object, tmp_path: Path, name: str) -> None:
    assert (tmp_path / "cluster" / name).stat().st_mode & 0o077 == 0


def test_controls_may_be_served_beside_the_api_server(server: ClusterServer) -> None:
    file = server.settings.folder / "ready.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "url": "https://127.0.0.1:1", "control_url": server.url}))

    assert ClusterControl.from_folder(file.parent).traffic()["requests"] == []
