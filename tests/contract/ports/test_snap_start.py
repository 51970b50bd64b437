"""A process that was frozen in a snapshot: after the restore it knows no old connection, token or key."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import snapshot_restore_py

from sandbox.kubernetes.certificates import write_certificates
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.settings import HandleInterruptionSettings
from snapkeep.wiring import cordon

SETTINGS = HandleInterruptionSettings(
    journal_table="journal", event_bus="default", save_queue_url="https://a", release_queue_url="https://b"
)


class Keys(HTTPServer):
    """Lambda's endpoint for a role's credentials: each time it is asked it gives others, good for an hour.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    """

    asked = 0


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Keys)
        self.server.asked += 1
        expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"SecretAccessKey": "secret", "Token": "token", "Expiration": expires}
        body = json.dumps({"AccessKeyId": f"ASIAKEY{self.server.asked}", **keys}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Wire:
    """A transport that remembers who signed the token it is sent."""

    signers: list[str] = []  # noqa: RUF012
    opened = 0

    def __init__(self, endpoint: str, authority: str) -> None:
        Wire.opened += 1

    def call_api(self, method: str, url: str, headers: dict[str, str], body: Any, **_: Any) -> Any:
        """Answer an empty object."""
        token = headers["Authorization"].removeprefix("Bearer k8s-aws-v1.")
        signed = base64.urlsafe_b64decode(token + "==").decode()
        Wire.signers.append(signed.partition("X-Amz-Credential=")[2].partition("%2F")[0])
        return type("Answer", (), {"status": 200, "headers": {}, "read": lambda self: b"{}"})()


class Eks:
    """Describes every cluster."""

    def __init__(self, authority: str) -> None:
        self._authority = base64.b64encode(authority.encode()).decode()

    def describe_cluster(self, name: str) -> dict[str, Any]:
        """Endpoint and authority."""
        return {"cluster": {"endpoint": "https://api", "certificateAuthority": {"data": self._authority}}}


@pytest.fixture
def keys() -> Iterator[Keys]:
    server = Keys(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def snap_started(monkeypatch: pytest.MonkeyPatch, keys: Keys, tmp_path: Path) -> Iterator[None]:
    """The environment and the hooks of a function with SnapStart."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    environment = {
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{keys.server_port}/role",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "of-this-machine",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_REGION": "ap-northeast-2",
        "AWS_DEFAULT_REGION": "ap-northeast-2",
        **SETTINGS.to_environment(),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    deployment = Deployment(clusters=(Cluster("myeks", "ap-northeast-2"),), policies=())
    monkeypatch.setattr(cordon, "load_deployment", lambda: deployment)
    monkeypatch.setattr(cordon, "quick_transport", Wire)
    eks, make = (
        Eks(write_certificates(tmp_path, datetime.now(UTC)).authority.read_text()),
        cordon._client,
    )
    monkeypatch.setattr(cordon, "_client", lambda name: eks if name == "eks" else make(name))
    monkeypatch.setattr(Wire, "signers", [])
    cordon.forget()
    cordon.live_through_snapshots()
    yield
    cordon.forget()


def run(hooks: Any) -> None:
    for function, arguments, named in hooks:
        function(*arguments, **named)


@pytest.mark.usefixtures("snap_started")
def test_after_a_restore_the_role_s_keys_the_token_and_the_connection_are_new(keys: Keys) -> None:
    run(reversed(snapshot_restore_py.get_before_snapshot()))
    cordon.connections().client("myeks").get("/api/v1/nodes/one")
    before = cordon.cordon_node(), cordon.incidents(SETTINGS)
    opened = Wire.opened

    run(snapshot_restore_py.get_after_restore())
    asked = keys.asked
    cordon.connections().client("myeks").get("/api/v1/nodes/one")

    assert Wire.signers == ["ASIAKEY1", "ASIAKEY2"]
    assert Wire.opened == opened + 1
    after = cordon.cordon_node(), cordon.incidents(SETTINGS)
    assert all(new is not old for new, old in zip(after, before, strict=True))
    assert keys.asked == asked  # the restore got them, not the first notice


def test_without_snap_start_there_are_no_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    before = len(snapshot_restore_py.get_after_restore())

    cordon.live_through_snapshots()

    assert len(snapshot_restore_py.get_after_restore()) == before
