"""The journal's table: what people lose when it goes, and whether the adapter finds its indexes."""

from __future__ import annotations

from snapkeep.adapters.dynamodb import schema
from tests.unit.infra.template import Template


def test_the_table_outlives_its_stack(template: Template) -> None:
    (table,) = template.whole("DynamoDB::Table").values()

    assert table["DeletionPolicy"] == "Retain"
    assert table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_costs_nothing_when_nothing_runs(template: Template) -> None:
    (table,) = template.resources("DynamoDB::Table").values()

    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_the_adapter_finds_the_keys_and_indexes_it_asks_for(template: Template) -> None:
    (table,) = template.resources("DynamoDB::Table").values()
    indexes = {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for index in table["GlobalSecondaryIndexes"]
    }

    assert [key["AttributeName"] for key in table["KeySchema"]] == [schema.PK, schema.SK]
    assert indexes == {
        schema.POINTS_INDEX: schema.POINTS_INDEX_KEYS,
        schema.OPEN_INDEX: schema.OPEN_INDEX_KEYS,
        schema.RUNS_INDEX: schema.RUNS_INDEX_KEYS,
    }


def test_indexes_hold_keys_only(template: Template) -> None:
    (table,) = template.resources("DynamoDB::Table").values()

    assert {index["Projection"]["ProjectionType"] for index in table["GlobalSecondaryIndexes"]} == {
        "KEYS_ONLY"
    }


def test_expired_items_go_by_the_attribute_that_the_adapter_writes(template: Template) -> None:
    (table,) = template.resources("DynamoDB::Table").values()

    assert table["TimeToLiveSpecification"] == {"AttributeName": schema.EXPIRES_AT, "Enabled": True}
