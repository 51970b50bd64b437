"""Which workloads mount a claim, and which Services reach them."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.objects.workloads import mounts, selects

DEPLOYMENT = {
    "kind": "Deployment",
    "spec": {"template": {"metadata": {"labels": {"app": "shop", "tier": "web"}}}},
}


@pytest.mark.parametrize(
    ("claim", "mounted"),
    [
        ("data-db-0", True),
        ("data-db-12", True),
        ("data-db-x", False),
        ("data-db2-0", False),
        ("data-db", False),
    ],
)
def test_a_stateful_set_mounts_the_claims_of_its_templates(claim: str, mounted: bool) -> None:
    found = {
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}], "template": {"spec": {}}},
    }
    assert mounts(found, {claim}) is mounted


@pytest.mark.parametrize(
    ("selector", "matches"),
    [({"app": "shop"}, True), ({"app": "shop", "tier": "db"}, False), ({}, False), (None, False)],
)
def test_a_service_selects_pods_by_all_of_its_labels(selector: Any, matches: bool) -> None:
    assert selects({"spec": {"selector": selector}}, [DEPLOYMENT]) is matches
