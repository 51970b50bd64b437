"""Restores of what the driver cut: refused by a quota, beside the original, from a namespace that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from tests.e2e.product import BOUND_SECONDS, CLAIMS, CLASS, CONTENTS, SNAPSHOTS, Product, pod
from tests.integration.deployed import until
from tests.integration.flows.story import pass_time


@pytest.fixture(scope="module")
def backed_up(product: Product) -> str:
    """The id of the EC2 snapshot of claim data-000 in namespace restored."""
    product.make_claims("restored", 1)
    product.backup("restored")
    assert product.until_closed("restored", 120)["state"] == "completed"
    (snapshot,) = product.snapshots("restored")
    return snapshot.id


def test_a_quota_that_is_used_up_refuses_before_anything_is_made(product: Product, backed_up: str) -> None:
    hard = {"hard": {"requests.storage": "1536Mi", "persistentvolumeclaims": "5"}}
    product.store.create("resourcequotas", "restored", {"metadata": {"name": "small"}, "spec": hard})
    until(lambda: used(product), "the quota to be counted")

    said = product.snapkeep("restore", "--claim", "data-000", "-n", "restored", "--as", "too-much", code=3)

    assert "small" in said and "requests.storage" in said and "1536Mi" in said
    assert product.is_gone(CLAIMS, "restored", "too-much")
    product.store.delete("resourcequotas", "restored", "small")


def used(product: Product) -> Any:
    return (product.store.get("resourcequotas", "restored", "small").get("status") or {}).get("used")


def test_a_claim_comes_back_beside_the_original(product: Product, backed_up: str) -> None:
    product.snapkeep("restore", "--claim", "data-000", "-n", "restored", "--as", "again", "--wait")

    assert product.made_from("restored", "again") == backed_up
    finish(product)
    (snapshot,) = product.snapshots("restored")
    assert tags.HOLD not in snapshot.tags
    left = [each["metadata"]["name"] for each in product.store.list(SNAPSHOTS, "restored")]
    assert len(left) == 1, "the import is gone, the backup stays"


def test_a_claim_comes_back_after_its_namespace_was_deleted(product: Product) -> None:
    product.make_claims("lost", 1)
    product.backup("lost")
    assert product.until_closed("lost", 120)["state"] == "completed"
    (snapshot,) = product.snapshots("lost")
    product.delete_namespace("lost")
    assert [each.id for each in product.snapshots("lost")] == [snapshot.id]
    product.make_namespace("found")

    source = ("--claim", "data-000", "--from-namespace", "lost")
    product.snapkeep("restore", *source, "-n", "found", "--class", CLASS, "--wait")

    assert product.made_from("found", "data-000") == snapshot.id
    product.store.create("pods", "found", pod("user", "data-000"))
    until(lambda: runs(product), "a pod to use the claim", BOUND_SECONDS)
    finish(product)
    assert product.store.list(SNAPSHOTS, "found") == []


@pytest.fixture
def later(product: Product) -> Iterator[None]:
    """Functions live in the sandbox's time, and some of it has passed whenever they are asked."""
    product.sandbox.aws.settings(functions_follow_clock=True)
    yield
    product.sandbox.aws.settings(functions_follow_clock=False)


def test_a_claim_whose_import_somebody_deleted_is_made_again(
    product: Product, backed_up: str, later: None
) -> None:
    product.make_namespace("clumsy")
    source = ("--claim", "data-000", "--from-namespace", "restored")
    product.snapkeep("restore", *source, "-n", "clumsy", "--class", "gp3")  # it waits for a pod
    until(lambda: product.store.list(SNAPSHOTS, "clumsy") or None, "the import")
    (imported,) = [each["metadata"]["name"] for each in product.store.list(SNAPSHOTS, "clumsy")]
    product.kubectl("delete", "volumesnapshot", "-n", "clumsy", imported, "--wait=false")

    until(lambda: made_again(product, imported), "the claim to be made from another import", 60)

    product.store.create("pods", "clumsy", pod("user", "data-000"))
    assert product.made_from("clumsy", "data-000") == backed_up
    finish(product)


def made_again(product: Product, first: str) -> bool | None:
    """The old claim has to go before there is a new one: the schedule comes more than once, minutes apart."""
    pass_time(product, timedelta(minutes=2))
    product.invoke("finish-restores", {})
    claims = [each for each in product.store.list(CLAIMS, "clumsy") if not is_going(each)]
    return any(each["spec"]["dataSource"]["name"] != first for each in claims) or None


def is_going(document: dict[str, Any]) -> bool:
    return "deletionTimestamp" in document["metadata"]


def runs(product: Product) -> bool | None:
    return product.store.get("pods", "found", "user")["status"].get("phase") == "Running" or None


def finish(product: Product) -> None:
    """What the schedule does once a minute, until no import is left."""

    def finished() -> bool | None:
        product.invoke("finish-restores", {})
        left = [*product.store.list(CONTENTS), *product.store.list(SNAPSHOTS)]
        names = [each["metadata"]["name"] for each in left]
        return not [name for name in names if name.startswith("snapkeep-restore")] or None

    until(finished, "the imports to be removed", 60)
