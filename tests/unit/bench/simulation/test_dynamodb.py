"""Request units as DynamoDB bills them: by size, twice in transactions, and once for each index entry."""

from __future__ import annotations

from typing import Any

import pytest

from bench.simulation.dynamodb import Item, MeteredDynamo, size_of

KEY: Item = {"pk": {"S": "a"}, "sk": {"S": "b"}}


def an_item(size: int = 100, **more: Item) -> dict[str, Any]:
    return {**KEY, "text": {"S": "x" * size}, **more}


class OneItem:
    """A DynamoDB client over one item."""

    def __init__(self, item: Item | None = None) -> None:
        self.item = item

    def look(self, key: Item) -> Item | None:
        return self.item

    def put_item(self, **request: Any) -> dict[str, Any]:
        self.item = request["Item"]
        return {}

    def delete_item(self, **request: Any) -> dict[str, Any]:
        self.item = None
        return {}

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        self.item = request["TransactItems"][0]["Put"]["Item"]
        return {}

    def query(self, **request: Any) -> dict[str, Any]:
        return {"Items": [self.item] * 3}


def metered(item: Item | None = None) -> MeteredDynamo:
    client = OneItem(item)
    return MeteredDynamo(client, "journal", [("open", "slot")], client.look)


def test_an_items_size_is_its_names_and_values() -> None:
    nested: Item = {"m": {"M": {"in": {"L": [{"S": "ab"}, {"BOOL": True}]}}}, "n": {"N": "1234"}}

    assert size_of({"name": {"S": "é"}}) == 6
    assert size_of(nested) == 1 + 3 + 1 + 2 + 3 + (1 + 2) + (1 + 1) + 1 + 4


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1100, 2)])
def test_every_kib_written_counts(size: int, units: int) -> None:
    client = metered()
    client.put_item(Item=an_item(size))
    assert client.writes == units


def test_a_transaction_costs_twice() -> None:
    client = metered()
    client.transact_write_items(TransactItems=[{"Put": {"Item": an_item()}}])
    assert client.writes == 2


def test_an_index_costs_when_its_entry_comes_or_goes() -> None:
    client = metered()
    in_index = an_item(open={"S": "yes"}, slot={"S": "1"})
    client.put_item(Item=in_index)
    client.put_item(Item={**in_index, "text": {"S": "y"}})
    client.delete_item(Key=KEY)
    assert client.writes == 2 + 1 + 2


@pytest.mark.parametrize(("request_", "units"), [({"ConsistentRead": True}, 2), ({"IndexName": "open"}, 1)])
def test_a_query_counts_what_it_reads_half_when_it_may_be_old(request_: dict[str, Any], units: float) -> None:
    client = metered(an_item(2000))
    client.query(**request_)
    assert (client.reads, client.calls) == (units, 1)
