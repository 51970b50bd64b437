"""`snapkeep manifests` and what a real API server makes of it."""

from __future__ import annotations

from tests.e2e.product import Product


def test_a_second_apply_changes_nothing(product: Product) -> None:
    product.apply_manifests()  # the first one by kubectl: it notes what it applied

    said = product.apply_manifests()

    assert [line for line in said.splitlines() if not line.endswith(" unchanged")] == []


def test_the_guards_are_type_checked_without_a_warning(product: Product) -> None:
    for policy in product.store.call("GET", POLICIES)["items"]:
        assert policy["status"]["observedGeneration"] == policy["metadata"]["generation"]
        assert policy["status"].get("typeChecking", {}).get("expressionWarnings", []) == []


POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
