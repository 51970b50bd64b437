"""The routes that are deployed are those the code has."""

from __future__ import annotations

from infra.constructs.api_routes import ROUTES
from tests.fakes.api import Api
from tests.fakes.world import World

DESCRIPTION = "/v1/openapi.json"


def test_the_deployed_routes_are_those_of_the_description() -> None:
    paths = Api(World()).get(DESCRIPTION).json["paths"]
    described = {path: tuple(sorted(verb.upper() for verb in verbs)) for path, verbs in paths.items()}
    deployed = {path: tuple(sorted(verbs)) for path, verbs in ROUTES.items() if path != DESCRIPTION}
    assert deployed == described
