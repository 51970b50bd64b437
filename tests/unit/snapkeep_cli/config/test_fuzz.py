"""Whatever a file holds, it becomes a deployment or a ConfigError; nothing else comes out."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain.policies import Deployment
from snapkeep_cli.config import ConfigError, json_schema, load


def known_keys() -> list[str]:
    """Every key of the schema, and some that are not."""
    schema = json_schema()
    models = [schema, *schema["$defs"].values()]
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
