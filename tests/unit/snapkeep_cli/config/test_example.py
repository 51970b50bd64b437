"""The checked-in snapkeep.yaml is valid, its schema is current, and both say what the README promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from snapkeep.domain.policies import Cluster, Method, Schedule, from_document, to_document
from snapkeep_cli.config import json_schema, load
from tests.unit.snapkeep_cli.config.conftest import Loader

ROOT = Path(__file__).parents[4]
EXAMPLE = ROOT / "snapkeep.yaml"
SCHEMA = ROOT / "docs" / "snapkeep.schema.json"


def test_the_published_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text()) == json_schema(), "run: make docs"


def test_editors_find_the_schema_from_the_first_line() -> None:
    first = EXAMPLE.read_text().splitlines()[0]
    name, _, target = first.removeprefix("# yaml-language-server: ").partition("=")
    assert (name, EXAMPLE.parent / target) == ("$schema", SCHEMA)


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that the schema describes, with its description."""
    for model in (schema, *schema["$defs"].values()):
        yield from model["properties"].items()


def test_every_key_is_explained_to_editors_and_none_may_be_null() -> None:
    schema = json_schema()
    assert [key for key, value in properties(schema) if not value.get("description")] == []
    assert '"null"' not in json.dumps(schema)


def test_unknown_keys_are_wrong_for_editors_too() -> None:
    schema = json_schema()
    assert all(model["additionalProperties"] is False for model in (schema, *schema["$defs"].values()))


def test_the_lab_cluster_is_backed_up_by_both_methods_and_as_a_group() -> None:
    deployment = load(EXAMPLE)
    assert deployment.clusters == (Cluster("myeks", "ap-northeast-2"),)
    policies = {policy.name: policy for policy in deployment.policies}
    assert {name: policy.method for name, policy in policies.items()} == {
        "nightly": Method.CSI,
        "wordpress": Method.EBS,
        "shared": Method.AWS_BACKUP,
        "weekly": Method.CSI,
    }
    assert policies["nightly"].selection.namespaces == ("default",)
    assert policies["wordpress"].selection.namespaces == ("wordpress",)
    assert policies["wordpress"].group_label == "app"
    assert policies["weekly"].selection.opt_in_only
    assert policies["wordpress"].schedule == Schedule(
        "cron(0 0/6 * * ? *)", "Asia/Seoul", 5, timedelta(hours=2)
    )


def test_the_example_survives_the_trip_to_the_functions() -> None:
    deployment = load(EXAMPLE)
    assert from_document(json.loads(json.dumps(to_document(deployment)))) == deployment


def test_the_copies_that_the_example_shows_work_without_their_comment_signs(loaded: Loader) -> None:
    places = re.compile(r"# (?=places:|  osaka:|    region: |    kms_key: )")
    copies = re.compile(
        r"# (?=copies:|  - to: |    every: |    retention:|      daily: 14|      monthly: 12|    lock:|"
        r"      mode: governance$|      days: 14|    also: )"
    )
    lines = [copies.sub("", places.sub("", line, 1), 1) for line in EXAMPLE.read_text().splitlines()]
    deployment = loaded("\n".join(lines))
    (rule,) = next(policy for policy in deployment.policies if policy.name == "wordpress").copies
    assert deployment.place(rule.to) and rule.lock and rule.also == ("on-demand",)
    assert load(EXAMPLE).places == ()


CLUSTERS = "clusters: [{name: myeks, region: ap-northeast-2}]\n"
DEFAULTS = """
defaults:
  schedule: {expression: rate(1 day)}
  selection: {namespaces: [wordpress]}
  retention: {last: 3}
"""


def yaml_blocks() -> Iterator[tuple[str, str]]:
    """What README and pages show as YAML of `snapkeep.yaml`: complete files, policies, and parts of files,
    which get what they leave out."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL):
            if block.startswith("  - name:"):
                yield page.name, f"{CLUSTERS}policies:\n{block}"
            elif "policies:" in block:
                yield page.name, block if "clusters:" in block else CLUSTERS + DEFAULTS + dedent(block)


def test_what_the_pages_show_is_what_a_file_may_say(loaded: Loader) -> None:
    shown = list(yaml_blocks())
    assert {page for page, _ in shown} >= {"README.md", "configuration.md", "deploy.md", "vault.md"}
    assert all(loaded(text).policies for _, text in shown)
