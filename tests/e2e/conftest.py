"""What tests on a real control plane need: the programs, an API server alone, and the deployed product."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.building.programs import DEFAULT, Programs, build
from tests.e2e.controlplane.api_server import ApiServer, running_api_server
from tests.e2e.product import Product, running_product
from tests.integration.deployed import config_of

LAST = "test_rights.py"
"""Looks at what all others did."""

SECRETS_KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/0aaa1111-22bb-33cc-44dd-555555555555"
"""Made by the test that saves Secrets."""

POLICIES: tuple[dict[str, Any], ...] = (
    {"name": "bulk", "method": "csi"},
    {"name": "fallback", "method": "csi", "csi_fallback": "ebs"},
    {"name": "throttled", "method": "ebs"},
    {"name": "lagging", "method": "csi"},
    {"name": "pruned", "method": "csi", "retention": {"last": 1}},
    {"name": "restored", "method": "csi"},
    {"name": "lost", "method": "csi", "retention": {"last": 3, "after_claim_deleted": "1d"}},
    {"name": "whole", "method": "ebs", "objects": "namespace", "secrets": {"encrypted": SECRETS_KEY}},
    {"name": "part", "method": "ebs", "objects": "workload", "secrets": {"encrypted": SECRETS_KEY}},
    {"name": "shared", "method": "aws-backup", "schedule": {"expression": "cron(0 * * * ? 1970-2199)"}},
)
CUSTOM_KINDS = ["widgets.example.com"]
PACE = {"per_second": 5, "burst": 100, "pending": 100}
"""All that EC2 allows: nobody else creates snapshots here."""
INTERRUPTION = {"rules": [{"match_labels": {"eks.amazonaws.com/capacityType": "SPOT"}, "drain": "on"}]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test of rights comes last."""
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
def programs() -> Programs:
    return build(os.environ.get("SNAPKEEP_E2E_KUBERNETES", DEFAULT))


@pytest.fixture(scope="session")
def api_server(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server without controllers: what is written to it stays as it was written."""
    with running_api_server(programs, tmp_path_factory.mktemp("api-server")) as server:
        yield server


@pytest.fixture(scope="session")
def audits() -> list[Path]:
    """The audit logs of the control planes that ran."""
    return []


@pytest.fixture(scope="session")
def product(
    programs: Programs, audits: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """One deployment for all scenarios."""
    config = config_of(*POLICIES, custom_kinds=CUSTOM_KINDS, interruption=INTERRUPTION, pace=PACE)
    with running_product(tmp_path_factory.mktemp("product"), config, programs) as product:
        audits.append(product.audit)
        yield product


@pytest.fixture
def healthy_again(product: Product) -> Iterator[None]:
    """What a test broke in AWS is whole for the next one."""
    yield
    product.sandbox.aws.forget_faults()
    product.sandbox.aws.settings(snapshot_seconds=1.0, describe_lag_seconds=0.0)
