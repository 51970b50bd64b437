"""What the Kubernetes adapter really puts on the wire, and how it takes what comes back.

Releases 36.0.0 to 36.0.3 of the official client sent no Authorization header, or one without "Bearer".
https://github.com/kubernetes-client/python/issues/2582
"""

from __future__ import annotations

import base64
import itertools
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.credentials import Credentials
from botocore.stub import Stubber

from sandbox.kubernetes.certificates import write_certificates
from snapkeep.adapters.kubernetes.client import KubernetesClient, Transport
from snapkeep.adapters.kubernetes.cluster import EksClusters, KubernetesCluster
from snapkeep.adapters.kubernetes.connections import EksConnections
from snapkeep.adapters.kubernetes.quick_transport import quick_transport
from snapkeep.domain.errors import ClusterUnreachable, NotFound, Throttled
from tests.contract.ports.clusters import SandboxWorld
from tests.contract.ports.official_transport import official_transport
from tests.contract.ports.samples import a_point
from tests.fakes import TestClock


class RecordingServer(ThreadingHTTPServer):
    """An HTTPS server with an authority of its own that remembers each request's headers."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        files = write_certificates(folder, datetime.now(UTC))
        self.authority = files.authority.read_text()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.server)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.seen: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers every list with nothing."""

    def do_GET(self) -> None:
        assert isinstance(self.server, RecordingServer)
        self.server.seen.append(dict(self.headers))
        body = json.dumps({"metadata": {}, "items": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RecordingServer]:
    recording = RecordingServer(tmp_path)
    thread = threading.Thread(target=recording.serve_forever, args=(0.05,))
    thread.start()
    yield recording
    recording.shutdown()
    recording.server_close()
    thread.join()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxWorld]:
    world = SandboxWorld(tmp_path)
    yield world
    world.stop()


def opened(
    url: str,
    authority: str,
    clock: TestClock | None = None,
    transport: Callable[[str, str], Transport] = official_transport,
) -> KubernetesCluster:
    """The cluster of an EKS that describes it as given."""
    eks: Any = boto3.client(
        "eks", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
    )
    data = base64.b64encode(authority.encode()).decode()
    answer = {"cluster": {"name": "myeks", "endpoint": url, "certificateAuthority": {"data": data}}}
    credentials = Credentials("AKIDEXAMPLE", "secret", "session")
    with Stubber(eks) as stubber:
        stubber.add_response("describe_cluster", answer)
        now = clock or TestClock()
        connections = EksConnections(eks, "ap-northeast-2", credentials, now, transport)
        return EksClusters(connections, now).open("myeks")


def arm(world: SandboxWorld, action: str, **fault: Any) -> None:
    """Let the sandbox's next matching request fail."""
    world.server.controls["faults"]({"arm": {"action": action, **fault}})


TRANSPORTS = pytest.mark.parametrize("transport", [official_transport, quick_transport])


@TRANSPORTS
def test_a_genuine_eks_token_arrives_as_a_bearer_token(
    server: RecordingServer, transport: Callable[[str, str], Transport]
) -> None:
    assert list(opened(server.url, server.authority, transport=transport).scratch_volumes()) == []
    (headers,) = server.seen
    assert headers["Authorization"].startswith("Bearer k8s-aws-v1.")
    assert headers["User-Agent"] == "snapkeep"


def test_the_next_request_after_ten_minutes_carries_a_new_token(server: RecordingServer) -> None:
    clock = TestClock()
    cluster = opened(server.url, server.authority, clock)
    list(cluster.scratch_volumes())
    list(cluster.scratch_volumes())
    clock.now += timedelta(minutes=10)
    list(cluster.scratch_volumes())
    first, second, third = (headers["Authorization"] for headers in server.seen)
    assert first == second
    assert third.startswith("Bearer k8s-aws-v1.")


@TRANSPORTS
def test_a_server_of_another_authority_is_not_trusted_with_the_token(
    server: RecordingServer, tmp_path: Path, transport: Callable[[str, str], Transport]
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    stranger = write_certificates(folder, datetime.now(UTC)).authority.read_text()
    with pytest.raises(ClusterUnreachable, match="its certificate is not the one"):
        list(opened(server.url, stranger, transport=transport).scratch_volumes())
    assert server.seen == []


@TRANSPORTS
def test_nobody_listening_is_unreachable(
    server: RecordingServer, transport: Callable[[str, str], Transport]
) -> None:
    with pytest.raises(ClusterUnreachable, match="myeks did not answer"):
        list(opened("https://127.0.0.1:1", server.authority, transport=transport).claims())


def test_a_list_that_expires_half_way_is_read_again(sandbox: SandboxWorld) -> None:
    for number in range(620):
        sandbox.add_claim(f"data-{number:04}")
    claims = sandbox.cluster.claims()
    first = [next(claims) for _ in range(10)]
    sandbox.server.controls["faults"]({"expire_continue_tokens": True})
    found = first + list(claims)
    assert len(found) == len({claim.name for claim in found}) == 620


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("429", Throttled),
        ("500", ClusterUnreachable),
        ("503", ClusterUnreachable),
        ("reset", ClusterUnreachable),
    ],
)
def test_a_failing_api_says_whether_to_try_again(
    sandbox: SandboxWorld, action: str, error: type[Exception]
) -> None:
    arm(sandbox, action, retry_after=7)
    with pytest.raises(error) as caught:
        list(sandbox.cluster.claims())
    if isinstance(caught.value, Throttled):
        assert caught.value.delay == timedelta(seconds=7)


def test_a_server_that_sends_byte_by_byte_is_given_up(sandbox: SandboxWorld) -> None:
    def client(stopwatch: Callable[[], float]) -> KubernetesClient:
        http = quick_transport(sandbox.server.url, sandbox.server.certificate_authority.read_text())
        return KubernetesClient("myeks", sandbox.server.url, http, sandbox, stopwatch=stopwatch)

    ticks = (number * 0.5 for number in itertools.count())
    arm(sandbox, "drip", seconds=0.001, times=2)
    with pytest.raises(ClusterUnreachable, match="did not answer: its answer took too long"):
        client(lambda: next(ticks)).get("/api/v1/namespaces/default")
    patient = client(lambda: 0.0).get("/api/v1/namespaces/default")
    assert patient["metadata"]["name"] == "default"


def test_a_namespace_that_is_gone_is_not_found(sandbox: SandboxWorld) -> None:
    with pytest.raises(NotFound, match='namespaces "wordpress" not found'):
        sandbox.cluster.create_volume_snapshot(a_point())


def test_a_role_without_an_access_entry_is_told_so(sandbox: SandboxWorld) -> None:
    authority = sandbox.server.certificate_authority.read_text()
    with pytest.raises(ClusterUnreachable, match="myeks does not know our role: Unauthorized"):
        list(opened(sandbox.server.url, authority).claims())
