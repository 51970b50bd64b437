"""One sandbox with the stack in it for all flows of a session; its functions live in the sandbox's time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.integration.deployed import Deployed, config_of, deployed
from tests.integration.flows.stage import Stage, staged

POLICIES: Sequence[dict[str, Any]] = (
    {"name": "lost-answer", "method": "ebs"},
    {"name": "twin", "method": "ebs"},
    {"name": "named-twin", "method": "csi"},
    {"name": "region-then-account", "method": "ebs"},
    {"name": "account-then-region", "method": "ebs"},
    {"name": "busy-volume", "method": "ebs"},
    {"name": "patient", "method": "csi"},
    {"name": "pragmatic", "method": "csi", "csi_fallback": "ebs"},
    {"name": "unfit", "method": "csi"},
    {"name": "unfit-fallback", "method": "csi", "csi_fallback": "ebs"},
    {"name": "made-ahead", "method": "csi"},
    {"name": "empty-source", "method": "csi"},
    {"name": "two-nodes", "method": "ebs", "group": "app"},
    {"name": "shared-ebs", "method": "ebs"},
    {"name": "shared-csi", "method": "csi"},
    {"name": "shared-group", "method": "ebs", "group": "app"},
    {"name": "access", "method": "ebs"},
    {"name": "lost-namespace", "method": "ebs"},
    {"name": "flipped", "method": "csi"},
    {"name": "orphans", "method": "ebs"},
    {"name": "rolled-back", "method": "ebs"},
    {"name": "old-copy", "method": "ebs"},
    {"name": "late", "method": "ebs", "schedule": {"expression": "cron(0 * * * ? *)"}},
    {"name": "restored", "method": "ebs"},
    {"name": "raced", "method": "ebs", "retention": {"last": 1}},
    {"name": "commanded", "method": "ebs"},
    {"name": "reported", "method": "ebs"},
    {"name": "tried", "method": "ebs"},
    {"name": "auto-ebs", "method": "ebs"},
    {"name": "auto-csi", "method": "csi"},
    {"name": "auto-lost", "method": "csi"},
    {"name": "auto-bare", "method": "csi"},
    {"name": "auto-pruned", "method": "csi", "retention": {"last": 1}},
    {"name": "archived", "method": "ebs", "retention": {"last": 5}},
    {
        "name": "locked",
        "method": "ebs",
        "retention": {"last": 1},
        "lock": {"mode": "governance", "days": 7},
    },
)


INTERRUPTION = {
    "rules": [
        {"match_labels": {"drain": "auto", "verify": "tell"}, "drain": "auto", "verify": "tell"},
        {"match_labels": {"drain": "auto"}, "drain": "auto"},
        {"match_labels": {"eks.amazonaws.com/capacityType": "SPOT"}, "drain": "on"},
    ]
}
"""As in snapkeep.yaml, spot nodes are drained, whoever else may do it; but for those that a test labels."""


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    config = config_of(*POLICIES, orphans="delete", interruption=INTERRUPTION)
    with deployed(tmp_path_factory.mktemp("flows"), config) as product:
        product.sandbox.aws.settings(functions_follow_clock=True)
        yield product


@pytest.fixture(autouse=True)
def healthy_again(product: Deployed) -> Iterator[None]:
    """What a test broke is whole for the next one."""
    yield
    product.sandbox.aws.forget_faults()
    product.sandbox.aws.settings(
        snapshot_events=1,
        copy_events=1,
        copy_seconds=1.0,
        copies_in_progress=20,
        tier_restore_seconds=1.0,
        snapshot_arn_shape="region-then-account",
        describe_lag_seconds=0.0,
        functions_skip_sleep=False,
    )
    product.cluster.call("driver", {"snapshot_controller": "running"})


@pytest.fixture
def stage(product: Deployed, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A stage of its own for each test, named after it."""
    app = request.function.__name__.removeprefix("test_").replace("_", "-")[:30].strip("-")
    with staged(product, app) as stage:
        yield stage
