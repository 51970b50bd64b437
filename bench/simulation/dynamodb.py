"""A DynamoDB client that counts what AWS would bill: request units by the size of writes and reads.

Emulators answer `ReturnConsumedCapacity` with round numbers, so the rules are applied here, on the items
before and after each call.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import Any

Item = Mapping[str, Any]

WRITE_UNIT, READ_UNIT = 1024, 4096
TRANSACTION = 2
"""How many times an item is billed in a transaction."""


def size_of(item: Item) -> int:
    """An item's bytes as DynamoDB counts them: names, and values by type."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content) // 2 + 2
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _size(item) for name, item in content.items())
    if kind in ("L", "SS"):
        return 3 + sum(1 + (_size(item) if kind == "L" else len(item.encode())) for item in content)
    return 1


class MeteredDynamo:
    """Passes every call on and adds up `writes` and `reads` in request units, and `calls`."""

    def __init__(
        self,
        client: Any,
        table: str,
        indexes: Iterable[Sequence[str]],
        look: Callable[[Item], Item | None],
    ) -> None:
        """`indexes` are the key attributes of the table's indexes, which hold keys only; `look` gives the
        item of a key without a call."""
        self._client, self._table, self._indexes = client, table, list(indexes)
        self._look = look
        self.writes = self.reads = 0.0
        self.calls = 0

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls += 1
            keys, times = _written(operation, request, self._table)
            before = [self._look(key) for key in keys]
            try:
                answer = getattr(self._client, operation)(**request)
            finally:
                for key, old in zip(keys, before, strict=True):
                    self.writes += times * self._write(old, self._look(key))
            self.reads += _read(operation, request, answer, self._table)
            return answer

        return call

    def _write(self, old: Item | None, new: Item | None) -> float:
        """The units of one write: the larger of both states, and one for each index that changes."""
        largest = max(size_of(old or {}), size_of(new or {}))
        entries = sum(
            (before is not None) + (after is not None)
            for keys in self._indexes
            if (before := _entry(old, keys)) != (after := _entry(new, keys))
        )
        return max(1, ceil(largest / WRITE_UNIT)) + entries


def _entry(item: Item | None, keys: Sequence[str]) -> tuple[Any, ...] | None:
    """An item's entry in an index; None if it lacks a key."""
    if item is None or any(key not in item for key in keys):
        return None
    return tuple(str(item[key]) for key in keys)


def _written(operation: str, request: Mapping[str, Any], table: str) -> tuple[list[Item], int]:
    """The keys of the items a call writes, and how many times each is billed."""
    if operation == "put_item":
        return [_key(request["Item"])], 1
    if operation in ("update_item", "delete_item"):
        return [request["Key"]], 1
    if operation == "transact_write_items":
        parts = [next(iter(part.values())) for part in request["TransactItems"]]
        return [part.get("Key") or _key(part["Item"]) for part in parts], TRANSACTION
    if operation == "batch_write_item":
        parts = [next(iter(part.values())) for part in request["RequestItems"][table]]
        return [part.get("Key") or _key(part["Item"]) for part in parts], 1
    return [], 1


def _read(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any], table: str) -> float:
    """The units that a call reads."""
    if operation == "get_item":
        return max(1, ceil(size_of(answer.get("Item", {})) / READ_UNIT))
    if operation == "batch_get_item":
        found = answer["Responses"].get(table, [])
        lacking = len(request["RequestItems"][table]["Keys"]) - len(found)
        return lacking + sum(ceil(size_of(item) / READ_UNIT) for item in found)
    if operation == "query":
        units = max(1, ceil(sum(map(size_of, answer["Items"])) / READ_UNIT))
        return units if request.get("ConsistentRead") else units / 2
    return 0.0


def _key(item: Item) -> Item:
    return {name: item[name] for name in ("pk", "sk")}
