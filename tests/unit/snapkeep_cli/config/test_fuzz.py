"""Whatever a file holds, it becomes a deployment or a ConfigError; nothing else comes out."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain.policies import Deployment
from snapkeep_cli.config import ConfigError, json_schema, load
from snapkeep_cli.config.checks import check
from snapkeep_cli.config.errors import Problem
from snapkeep_cli.config.vault.checks import check_vault

SCHEMA = json_schema()
WRONG_SHAPES = (None, True, -1, "x", [], {}, [[]], [{}], {"x": []})

Where = tuple[str | int, ...]


def known_keys() -> list[str]:
    """Every key of the schema, and some that are not."""
    models = [SCHEMA, *SCHEMA["$defs"].values()]
    return [*{key for model in models for key in model["properties"]}, "x", "", "[key]"]


keys = st.sampled_from(sorted(known_keys()))
words = st.sampled_from(
    ["myeks", "us-east-1", "7d", "all", "0 2 * * *", "In", "csi", "10Gi", "5 minutes", "*"]
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words, st.text(max_size=20))
anything = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=6))
)
documents = (
    st.fixed_dictionaries({"clusters": anything, "policies": st.lists(anything, max_size=2)}) | anything
)


def outcome(text: str) -> Deployment | ConfigError:
    """What loading the text gives."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "snapkeep.yaml")
        file.write_text(text, encoding="utf-8")
        try:
            return load(file)
        except ConfigError as error:
            return error


@settings(deadline=None, max_examples=200)
@given(documents)
def test_data_of_any_shape_is_a_deployment_or_a_refusal(data: Any) -> None:
    result = outcome(json.dumps(data))
    assert isinstance(result, Deployment) or all(problem.text for problem in result.problems)


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_text_of_any_kind_is_a_deployment_or_a_refusal(text: str) -> None:
    assert str(outcome(text))


def everything(schema: dict[str, Any]) -> Any:
    """Data with every key of the schema, so that no check goes without its keys."""
    if "$ref" in schema:
        return everything(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
    if "anyOf" in schema:
        return max(map(everything, schema["anyOf"]), key=lambda choice: len(repr(choice)))
    if schema.get("type") == "array":
        return [everything(schema["items"])]
    if schema.get("type") == "object":
        named = schema.get("additionalProperties") or {}
        data = {key: everything(each) for key, each in schema.get("properties", {}).items()}
        return data | ({"osaka": everything(named)} if named else {})
    return schema.get("const", schema.get("enum", ["7d"])[0])


def places(data: Any, here: Where = ()) -> Iterator[Where]:
    """Every place below the root of the data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*here, key)
        yield from places(value, (*here, key))


def with_value(data: Any, place: Where, value: Any) -> Any:
    """A copy of the data with another value in one place."""
    changed = inner = copy.deepcopy(data)
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


def test_a_wrong_shape_at_any_key_stops_no_check() -> None:
    whole = everything(SCHEMA)
    found = list(places(whole))
    assert {"policies", "objects", "sources", "custom_kinds"} <= {key for place in found for key in place}
    for place in found:
        for value in WRONG_SHAPES:
            data = with_value(whole, place, value)
            assert all(isinstance(each, Problem) for each in [*check(data), *check_vault(data)]), place
