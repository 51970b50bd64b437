"""What people look at: which claims are protected, and the page of the report."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.product import Product
from tests.integration.deployed import CLUSTER, config_of


def test_coverage_names_every_claim_and_what_pods_keep_outside_of_claims(product: Product) -> None:
    said = product.snapkeep("coverage")

    for name in ("ebs-claim", "efs-claim", "mysql-pv-claim", "scratch"):
        assert name in said


def test_the_report_is_written(product: Product) -> None:
    assert product.invoke("write-report", {"cluster": CLUSTER})["errors"] == []


def test_an_edited_config_is_tried_before_it_is_deployed(product: Product, tmp_path: Path) -> None:
    """By csi, so that the function looks for the snapshot class as a backup does."""
    edited = tmp_path / "edited.yaml"
    everything = {"name": "everything", "method": "csi", "selection": {"namespaces": ["*"]}}
    edited.write_text(json.dumps(config_of(everything)))

    said = product.snapkeep("try", str(edited), "--cluster", CLUSTER, "-o", "json")
    trial, _ = json.JSONDecoder().raw_decode(said)  # what it says to people follows

    assert "everything" in {item["policy"] for item in trial["taken"]}
    assert product.points("everything") == []
