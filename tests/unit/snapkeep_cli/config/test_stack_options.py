"""What a deployment may ask of its AWS account."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from snapkeep_cli.config import load_options
from snapkeep_cli.config.stack_options import FUNCTION_NAMES, StackOptions
from tests.unit.snapkeep_cli.config.conftest import Refusals

ROOT = Path(__file__).parents[4]
CONFIG = """\
clusters:
  - {name: myeks, region: us-east-1}
policies:
  - name: nightly
    selection: {namespaces: ["*"]}
    schedule: {expression: 0 2 * * *}
    retention: {last: 3}
"""


def options(tmp_path: Path, deployment: str) -> StackOptions:
    file = tmp_path / "snapkeep.yaml"
    file.write_text(CONFIG + dedent(deployment), encoding="utf-8")
    return load_options(file)


def test_left_out_it_asks_for_nothing(tmp_path: Path) -> None:
    asked = options(tmp_path, "")

    assert asked == StackOptions()
    assert (asked.kms_key, asked.permissions_boundary, asked.vpc) == (None, None, None)
    assert (asked.tracing, asked.log_retention_days, asked.reserved_concurrency) == (False, 90, {})


def test_everything_can_be_asked_for(tmp_path: Path) -> None:
    asked = options(
        tmp_path,
        """\
        deployment:
          kms_key: arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
          permissions_boundary: arn:aws:iam::111122223333:policy/boundaries/workloads
          tracing: true
          log_retention_days: 365
          reserved_concurrency: {save_node: 20, prune: 1}
          vpc:
            id: vpc-0123456789abcdef0
            subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
            cluster_security_groups: {myeks: sg-0123456789abcdef2}
          runbooks: https://wiki.example.com/snapkeep
        """,
    )

    assert asked.reserved_concurrency == {"save_node": 20, "prune": 1}
    assert asked.vpc and asked.vpc.cluster_security_groups == {"myeks": "sg-0123456789abcdef2"}
    assert asked.runbooks == "https://wiki.example.com/snapkeep"


@pytest.mark.parametrize(
    ("deployment", "words"),
    [
        ("kms_key: alias/mine", "'alias/mine' is not allowed; use the ARN of a KMS key"),
        ("permissions_boundary: workloads", "use the ARN of an IAM policy"),
        ("log_retention_days: 31", "31"),
        ("reserved_concurrency: {prun: 1}", "'prun' is not a function (did you mean 'prune'?)"),
        ("reserved_concurrency: {prune: -1}", "prune"),
        ("vpc: {id: vpc-0123456789abcdef0, subnets: []}", "subnets"),
        (
            "vpc: {id: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d], "
            "cluster_security_groups: {myek: sg-0a1b2c3d}}",
            "is not a cluster of this file (did you mean 'myeks'?); allowed: myeks",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(refusals: Refusals, deployment: str, words: str) -> None:
    (line,) = refusals(f"{CONFIG}deployment:\n  {deployment}\n")

    assert line.startswith("snapkeep.yaml:9: deployment.")
    assert words in line


def test_every_function_can_have_its_concurrency() -> None:
    folders = {path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py")}

    assert set(FUNCTION_NAMES) == folders
