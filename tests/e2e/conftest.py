"""What every test on a real control plane needs: the programs, and an API server alone."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.e2e.building.programs import DEFAULT, Programs, build
from tests.e2e.controlplane.api_server import ApiServer, running_api_server


@pytest.fixture(scope="session")
def programs() -> Programs:
    return build(os.environ.get("SNAPKEEP_E2E_KUBERNETES", DEFAULT))


@pytest.fixture(scope="session")
def api_server(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server without controllers: what is written to it stays as it was written."""
    with running_api_server(programs, tmp_path_factory.mktemp("api-server")) as server:
        yield server
