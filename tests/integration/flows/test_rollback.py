"""After a rollback the journal holds an open run, a deletion and a hold of the newer version."""

from __future__ import annotations

from typing import Any

from tests.integration.deployed import CLUSTER, Deployed

POLICY = "rolled-back"
NEWER = {"format": {"N": "2"}, "novelty": {"S": "of tomorrow"}}


def test_records_of_a_newer_version_are_passed_over_told_and_kept(product: Deployed) -> None:
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    run = product.until_closed(POLICY)
    (snapshot,) = product.snapshots(POLICY)
    table, dynamodb = product.outputs["JournalTableName"], product.sandbox.client("dynamodb")
    key = {"pk": {"S": f"RUN#{run['id']}"}, "sk": {"S": "RUN"}}
    item: dict[str, Any] = dynamodb.get_item(TableName=table, Key=key)["Item"]
    newer = [
        item | NEWER | {"open": {"S": "yes"}, "announced": {"BOOL": False}},
        NEWER
        | {
            "pk": {"S": f"DELETION#{snapshot.id}"},
            "sk": {"S": "DELETION"},
            "open": {"S": f"deletion/{CLUSTER}"},
            "slot": {"S": "2026-11-24T18:00:00.000000+00:00"},
        },
        NEWER
        | {
            "pk": {"S": f"HOLD#{snapshot.id}"},
            "sk": {"S": "HOLDER#of tomorrow"},
            "open": {"S": "hold"},
            "slot": {"S": "2020-11-24T18:00:00.000000+00:00"},
        },
    ]
    names = {f"{each['pk']['S']} {each['sk']['S']}" for each in newer}
    for each in newer:
        dynamodb.put_item(TableName=table, Item=each)
    try:
        given_up = product.invoke("reconcile", {})["given_up"]
        finished = product.invoke("finish-restores", {})
        product.backup(POLICY)
        assert product.until_closed(POLICY)["state"] == "completed"
        product.prune()
        assert len(product.snapshots(POLICY)) == 2
        said = f"{given_up} {finished['given_up']}"
        assert {name for name in names if name in said} == {name for name in names if "DELETION" not in name}
        for each in newer:
            place = {"pk": each["pk"], "sk": each["sk"]}
            assert dynamodb.get_item(TableName=table, Key=place)["Item"] == each
    finally:
        dynamodb.put_item(TableName=table, Item=item)
        for each in newer[1:]:
            dynamodb.delete_item(TableName=table, Key={"pk": each["pk"], "sk": each["sk"]})
