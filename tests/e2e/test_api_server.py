"""The API server that everything here rests on is the one that was asked for."""

from __future__ import annotations

from tests.e2e.building.programs import Programs
from tests.e2e.controlplane.api_server import ApiServer


def test_it_is_of_the_minor_that_was_asked_for(api_server: ApiServer, programs: Programs) -> None:
    version = api_server.store.call("GET", "/version")

    assert f"{version['major']}.{version['minor']}" == programs.minor
