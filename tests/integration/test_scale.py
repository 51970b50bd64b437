"""Runs over hundreds of claims: one create call for each, lists in pages, and what it costs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.deployed import Deployed, config_of, deployed

pytestmark = pytest.mark.slow

FIGURES = Path(__file__).parents[2] / ".build" / "scale.json"
PACE = {"per_second": 5, "burst": 100, "pending": 100}
"""All that EC2 allows an account: 1,000 creates take 180 s by arithmetic."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    policies = ({"name": "by-ebs", "method": "ebs"}, {"name": "by-csi", "method": "csi"})
    with deployed(tmp_path_factory.mktemp("scale"), config_of(*policies, pace=PACE)) as product:
        yield product


@pytest.mark.parametrize(("policy", "claims"), [("by-ebs", 1000), ("by-csi", 600)])
def test_each_claim_costs_one_create_call(product: Deployed, policy: str, claims: int) -> None:
    product.make_claims(policy, claims)
    aws = product.sandbox.aws
    aws.forget_calls()
    aws.forget_functions()
    product.cluster.traffic(reset=True)
    started = time.monotonic()
    answer = product.backup(policy)
    planned = time.monotonic() - started
    run = product.until_closed(policy, limit=900)
    wall = time.monotonic() - started
    calls, functions = aws.calls(), aws.functions()
    write_figures(policy, claims, planned, wall, product)

    assert (answer["total"], run["state"], int(run["ready"])) == (claims, "completed", claims)
    assert calls["ec2:CreateSnapshot"] == claims
    assert calls.get("ec2:CreateSnapshots", 0) == 0
    assert len(product.points(policy)) == claims
    assert product.cluster.requests("list", "persistentvolumeclaims") >= 2  # pages of 500
    assert all(usage.errors == 0 for usage in functions.values())
    assert max(usage.peak_rss_bytes for usage in functions.values()) < 256 * 2**20


def write_figures(policy: str, claims: int, planned: float, wall: float, product: Deployed) -> None:
    """Print what it cost and keep it in .build/scale.json."""
    functions = {
        name: {
            "invocations": usage.invocations,
            "seconds": round(sum(usage.durations_ms) / 1000, 1),
            "longest_seconds": round(max(usage.durations_ms) / 1000, 1),
            "peak_mib": usage.peak_rss_bytes >> 20,
        }
        for name, usage in product.sandbox.aws.functions().items()
        if usage.durations_ms
    }
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    figures[policy] = {
        "claims": claims,
        "planned_seconds": round(planned, 1),
        "wall_seconds": round(wall, 1),
        "functions": functions,
        "calls": dict(sorted(product.sandbox.aws.calls().items())),
    }
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures[policy], indent=2))
