"""Least privilege, seen from the API server: the audit logs of all scenarios against the manifests."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from snapkeep_cli.config.cluster_access import WITH_ACCESS
from tests.e2e.audit import Asked, asked, granted
from tests.e2e.product import Product

PROVOKED: frozenset[tuple[str, str]] = frozenset()
"""(function, start of the message) of the refusals that a scenario means to see."""

BY_CHANCE = frozenset({"take-snapshots: list volumesnapshotcontents.snapshot.storage.k8s.io"})
"""Rights that no scenario is sure to use: who gives a point up lists contents only if its VolumeSnapshot has
already gone, which depends on how fast the snapshot controller is. The contract of clusters always does."""


@pytest.fixture(scope="module")
def requests(product: Product, audits: list[Path]) -> list[Asked]:
    return [each for log in audits for each in asked(log)]


def test_no_function_is_refused_what_it_asks(requests: list[Asked]) -> None:
    refused = Counter(
        f"{each.function} may not {each.right}: {each.answer}"
        for each in requests
        if each.code in (401, 403) and not is_provoked(each)
    )

    assert not refused


def is_provoked(request: Asked) -> bool:
    return any(
        request.function == function and request.answer.startswith(text) for function, text in PROVOKED
    )


def test_the_api_server_fails_nobody(requests: list[Asked]) -> None:
    assert [each for each in requests if each.code >= 500] == []


def test_no_function_has_a_right_that_no_scenario_used(product: Product, requests: list[Asked]) -> None:
    rights = granted(product.manifests())
    assert set(rights) == {name.replace("_", "-") for name in WITH_ACCESS}
    used = {(each.function, each.right) for each in requests}

    granted_rights = [(name, right) for name in sorted(rights) for right in sorted(rights[name])]
    unused = {f"{name}: {right}" for name, right in granted_rights if (name, right) not in used}

    assert unused <= BY_CHANCE, "\n".join(sorted(unused))
