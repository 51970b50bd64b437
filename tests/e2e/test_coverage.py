"""What people look at: which claims are protected, and the page of the report."""

from __future__ import annotations

from tests.e2e.product import Product
from tests.integration.deployed import CLUSTER


def test_coverage_names_every_claim_and_what_pods_keep_outside_of_claims(product: Product) -> None:
    said = product.snapkeep("coverage")

    for name in ("ebs-claim", "efs-claim", "mysql-pv-claim", "scratch"):
        assert name in said


def test_the_report_is_written(product: Product) -> None:
    assert product.invoke("write-report", {"cluster": CLUSTER})["errors"] == []
