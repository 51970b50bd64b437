"""Values in DynamoDB are written and read as boto3 would."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from snapkeep.adapters.dynamodb.values import decode, encode
from snapkeep.domain.policies import Method

VALUES = [
    None,
    True,
    False,
    0,
    -7,
    2**60,
    Decimal("1.5"),
    "",
    "shop/\u2603",
    Method.CSI,
    b"\x00\xff",
    [],
    ["a", 1, None, ["b"]],
    {},
    {"a": {"b": [True, {"c": "d"}]}},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_written_and_read_as_boto3_would(value: Any) -> None:
    theirs = TypeSerializer().serialize(value)
    assert encode(value) == theirs
    assert decode(theirs) == TypeDeserializer().deserialize(theirs)


def test_a_tuple_is_a_list() -> None:
    assert encode(("a", "b")) == encode(["a", "b"])


@pytest.mark.parametrize("value", [1.5, {1, 2}, bytearray(b"bytes"), object()])
def test_what_items_do_not_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="items hold no"):
        encode(value)


def test_a_type_that_nothing_of_ours_writes_is_refused() -> None:
    with pytest.raises(TypeError, match="items hold no SS"):
        decode({"SS": ["a"]})
