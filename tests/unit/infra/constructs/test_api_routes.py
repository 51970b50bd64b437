"""The routes that are deployed are those the code has."""

from __future__ import annotations

from infra.constructs.api_routes import (
    BORROWING_ROUTES,
    CHECKS_ROUTES,
    FILE_SYSTEMS_ROUTES,
    FILES_ROUTES,
    OBJECTS_ROUTES,
    ROUTES,
    VAULT_ROUTES,
)
from tests.fakes.api import Api
from tests.fakes.world import World
from tests.lists import check_list

DESCRIPTION = "/v1/openapi.json"


def test_the_deployed_routes_are_those_of_the_description() -> None:
    paths = Api(World()).get(DESCRIPTION).json["paths"]
    served = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
    some = (BORROWING_ROUTES, CHECKS_ROUTES, FILES_ROUTES, FILE_SYSTEMS_ROUTES, OBJECTS_ROUTES)
    all_routes = (ROUTES, *some, VAULT_ROUTES)
    routes = [each for some in all_routes for each in some.items()]
    deployed = sorted({f"{verb} {path}" for path, verbs in routes if path != DESCRIPTION for verb in verbs})
    check_list("infra/constructs/api_routes.py, for what application.py serves", deployed, served)
