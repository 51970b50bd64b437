"""The sandbox's API server beside the real one: asked the same, they answer the same."""

from __future__ import annotations

from pathlib import Path

from sandbox.kubernetes.cluster import ClusterServer, Settings
from tests.contract.api_server.asking import Asking
from tests.contract.api_server.differences import ALLOWED, DIFFERENCES, differing, too_kind
from tests.contract.api_server.recorded import MINOR, recorded
from tests.contract.api_server.requests import REQUESTS
from tests.contract.sandbox_kubernetes.client import Client
from tests.e2e.building.programs import Programs
from tests.e2e.controlplane.api_server import ApiServer

SECONDS = 30.0


def test_both_answer_alike(api_server: ApiServer, programs: Programs, tmp_path: Path) -> None:
    real = Asking(Client(api_server.url, api_server.authority, api_server.token, SECONDS)).answers(REQUESTS)
    server = ClusterServer(Settings(tmp_path))
    server.start()
    try:
        client = Client(server.url, server.certificate_authority, server.admin_token, SECONDS)
        sandbox = Asking(client).answers(REQUESTS)
    finally:
        server.stop()

    assert too_kind(real, sandbox) == set()
    unexpected = differing(real, sandbox) - DIFFERENCES.keys()
    if programs.minor == MINOR:
        assert {name: (real[name], sandbox[name]) for name in sorted(unexpected)} == {}
        assert real == recorded(), "record the answers anew: python -m tests.contract.api_server"
    assert len(differing(real, sandbox)) <= ALLOWED
