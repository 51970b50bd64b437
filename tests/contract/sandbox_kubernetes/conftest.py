"""A running cluster for each test, spoken to over HTTPS as any client would."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.kubernetes.cluster import ClusterServer, Settings
from sandbox.kubernetes.control import ClusterControl
from tests.contract.sandbox_kubernetes.client import Client


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ClusterServer]:
    server = ClusterServer(Settings(tmp_path / "cluster"))
    server.start()
    server.announce()
    yield server
    server.stop()


@pytest.fixture
def admin(server: ClusterServer) -> Client:
    return Client(server.url, server.certificate_authority, server.admin_token)


@pytest.fixture
def control(server: ClusterServer) -> ClusterControl:
    return ClusterControl.from_folder(server.settings.folder)
