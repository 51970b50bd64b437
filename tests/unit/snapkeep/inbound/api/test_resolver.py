"""A request is resolved by its exact path, as IAM policies name it."""

from __future__ import annotations

import pytest

from tests.fakes.api import Api
from tests.fakes.world import World


def test_the_exact_path_is_answered() -> None:
    assert Api(World()).get("/v1/clusters/myeks/recovery-points").status == 200


@pytest.mark.parametrize("ending", ["/", "//", "%0A"])
def test_a_path_with_more_at_its_end_is_no_route(ending: str) -> None:
    api = Api(World())
    for path in ("/v1/clusters", "/v1/clusters/myeks/recovery-points"):
        assert api.get(path + ending).status == 404
