"""The published description is that of the code, and says of each operation what it does, with an example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.fakes.api import Api
from tests.fakes.world import World
from tests.local_api import described

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(PUBLISHED.read_text())
OPERATIONS = {
    operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()
}
VERBS = (
    *(
        "accept",
        "ask",
        "back",
        "borrow",
        "cancel",
        "end",
        "fetch",
        "find",
        "hold",
        "lend",
        "list",
        "prune",
        "release",
    ),
    *("restore", "show", "try"),
)


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The bodies of an operation that have an example."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from (each for each in part.get("content", {}).values() if "example" in each)


def without_examples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_examples(each) for key, each in value.items() if key != "example"}
    return [without_examples(each) for each in value] if isinstance(value, list) else value


def test_the_published_description_is_up_to_date() -> None:
    assert described() == DOCUMENT, "make openapi writes it anew"


def test_the_api_serves_what_is_published_without_the_examples() -> None:
    assert Api(World()).get("/v1/openapi.json").json == without_examples(DOCUMENT)


def test_operations_are_named_by_what_they_do_and_each_once() -> None:
    assert len(OPERATIONS) == sum(len(path) for path in DOCUMENT["paths"].values())
    for name in OPERATIONS:
        assert re.fullmatch(rf"({'|'.join(VERBS)})([A-Z][a-z]+)+", name), name


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_says_what_it_does(name: str) -> None:
    assert re.fullmatch(r"[A-Z][a-z]+ .+", OPERATIONS[name]["summary"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_has_an_example_that_its_schema_allows(name: str) -> None:
    operation = OPERATIONS[name]
    shown = list(contents(operation))

    assert shown or "204" in operation["responses"]
    assert "requestBody" not in operation or len(shown) > 1
    assert all("example" in each for each in operation.get("parameters", ()) if each["in"] == "path")
    for each in shown:
        schema = {**each["schema"], "components": DOCUMENT["components"]}
        jsonschema.validate(each["example"], schema)
