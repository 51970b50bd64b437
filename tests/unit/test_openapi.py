"""The published description is that of the code."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.api import Api
from tests.fakes.world import World

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_published_description_is_up_to_date() -> None:
    current = Api(World()).get("/v1/openapi.json").json
    assert json.loads(PUBLISHED.read_text()) == current, "make openapi writes it anew"
