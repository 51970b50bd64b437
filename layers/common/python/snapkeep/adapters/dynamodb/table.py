"""One DynamoDB table with plain values: expressions as text, conditions refused as an exception."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from snapkeep.adapters.aws.session import chunks, code_of, translate
from snapkeep.adapters.dynamodb.schema import PK, SK, Key
from snapkeep.adapters.dynamodb.values import decode, encode
from snapkeep.domain.errors import TemporaryError, UnreadableRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Values = Mapping[str, Any]

READ_BATCH = 100
WRITE_BATCH = 100
"""Items of one BatchGetItem and of one TransactWriteItems.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

BATCH_WRITE = 25
"""Items of one BatchWriteItem."""

ATTEMPTS = 10

FORMAT = "format"
OURS = 1
"""The newest item format that this version knows. A kind of item gets a higher number when older versions
must neither interpret nor overwrite it; an item without a number has the first format."""

NOT_NEWER = f"(attribute_not_exists(#{FORMAT}) OR #{FORMAT} <= :{FORMAT})"
"""The condition on the existing item of every write except those in batches."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Refused(Exception):
    """A condition did not hold, or a transaction was cancelled; read the item to see why."""


class Contended(TemporaryError):
    """Too many writers at once; the same call works a moment later."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is being written by many at once", timedelta(seconds=5))


class Table:
    """The journal's table. In expressions every attribute is written `#name`, every value `:name`.

    Writes raise UnreadableRecord instead of changing an item of a newer version.
    """

    def __init__(
        self, client: DynamoDBClient, name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client: Any = client
        self._name = name
        self._sleep = sleep
        self._unreadable: dict[str, None] = {}

    def get(self, key: Key) -> dict[str, Any] | None:
        """The item of that key as it is now."""
        answer = self._call("get_item", TableName=self._name, Key=_encode(key), ConsistentRead=True)
        return _decode(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key]) -> list[dict[str, Any]]:
        """The items of these keys as they are now, in no order; missing ones are omitted."""
        items: list[dict[str, Any]] = []
        for some in chunks(keys, READ_BATCH):
            wanted: dict[str, Any] = {"Keys": [_encode(key) for key in some], "ConsistentRead": True}
            for attempt in range(ATTEMPTS):
                answer = self._call("batch_get_item", RequestItems={self._name: wanted})
                items += [_decode(item) for item in answer["Responses"].get(self._name, [])]
                wanted = answer.get("UnprocessedKeys", {}).get(self._name)
                if not wanted:
                    break
                self.pause(attempt)
            else:
                raise Contended(f"table {self._name}")
        return items

    def query(
        self, condition: str, values: Values, index: str = "", newest_first: bool = False, limit: int = 0
    ) -> Iterator[dict[str, Any]]:
        """The items (of an index: their keys) that meet a key condition, page by page, in key order.

        With a `limit`, one call reads at most that many.
        """
        request: dict[str, Any] = {"TableName": self._name, "KeyConditionExpression": condition}
        request |= _placeholders(condition, values)
        request |= {"IndexName": index} if index else {"ConsistentRead": True}
        request |= {"ScanIndexForward": False} if newest_first else {}
        request |= {"Limit": limit} if limit else {}
        while True:
            answer = self._call("query", **request)
            yield from map(_decode, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def first(self, condition: str, values: Values, limit: int) -> list[dict[str, Any]]:
        """The first items that meet a key condition, by one call."""
        request = {"TableName": self._name, "KeyConditionExpression": condition, "Limit": limit}
        answer = self._call("query", **request, ConsistentRead=True, **_placeholders(condition, values))
        return [_decode(item) for item in answer["Items"]]

    def put_many(self, items: Sequence[Values]) -> None:
        """Write items, replacing existing ones, in batches; not atomic."""
        self._write_batches([{"PutRequest": {"Item": _encode({FORMAT: OURS, **item})}} for item in items])

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Delete items, in batches; missing ones are success."""
        self._write_batches([{"DeleteRequest": {"Key": _encode(key)}} for key in keys])

    def _write_batches(self, requests: Sequence[dict[str, Any]]) -> None:
        for some in chunks(requests, BATCH_WRITE):
            wanted = list(some)
            for attempt in range(ATTEMPTS):
                answer = self._call("batch_write_item", RequestItems={self._name: wanted})
                wanted = answer.get("UnprocessedItems", {}).get(self._name, [])
                if not wanted:
                    break
                self.pause(attempt)
            else:
                raise Contended(f"table {self._name}")

    def put(self, item: Values, condition: str = "", values: Values | None = None) -> None:
        """Write an item. Raises Refused when the condition does not hold."""
        self._call("put_item", **self.put_statement(item, condition, values or {}))

    def delete(self, key: Key, condition: str = "", values: Values | None = None) -> None:
        """Delete an item; a missing one is success. Raises Refused as `put` does."""
        request = {"TableName": self._name, "Key": _encode(key)}
        self._call("delete_item", **request, **_guarded("", condition, values or {}))

    def update(self, key: Key, change: str, condition: str, values: Values) -> dict[str, Any]:
        """Change an item and return it. Raises Refused when the condition does not hold."""
        statement = self.update_statement(key, change, condition, values)
        return _decode(self._call("update_item", **statement, ReturnValues="ALL_NEW")["Attributes"])

    def write_all(self, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Write all (`Put` or `Update`, statement) or none. Raises Refused when one cannot be written now."""
        self._call("transact_write_items", TransactItems=[{verb: text} for verb, text in statements])

    def put_statement(self, item: Values, condition: str, values: Values) -> dict[str, Any]:
        """A Put for `write_all`."""
        statement: dict[str, Any] = {"TableName": self._name, "Item": _encode({FORMAT: OURS, **item})}
        return statement | _guarded("", condition, values)

    def update_statement(self, key: Key, change: str, condition: str, values: Values) -> dict[str, Any]:
        """An Update for `write_all`."""
        statement: dict[str, Any] = {
            "TableName": self._name,
            "Key": _encode(key),
            "UpdateExpression": change,
        }
        return statement | _guarded(change, condition, values)

    def read(self, item: Values, read: Callable[[Values], T]) -> T:
        """The value in an item. Raises UnreadableRecord when this version cannot read it."""
        try:
            if _is_newer(item):
                raise ValueError(f"its format is {item[FORMAT]}, the newest one known is {OURS}")
            return read(item)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise UnreadableRecord(_name(item), f"{type(error).__name__}: {error}") from error

    def read_each(self, items: Iterable[Values], read: Callable[[Values], T]) -> Iterator[T]:
        """The values in the items, except those that this version cannot read. They must not stop the work on
        the others, so they are logged, and `passed_over` names them.
        """
        for item in items:
            try:
                found = self.read(item, read)
            except UnreadableRecord as error:
                log.error("passed over: %s", error.reason)
                self._unreadable[error.name] = None
            else:
                yield found

    def passed_over(self) -> Sequence[str]:
        """The items (`pk sk`) that `read_each` skipped since the last call, each once."""
        found = tuple(self._unreadable)
        self._unreadable.clear()
        return found

    def pause(self, attempt: int) -> None:
        """Wait before a retry, longer and with more jitter each time; at most 1 s."""
        self._sleep(random.uniform(0.01, min(1.0, 0.05 * 2**attempt)))

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**request)
        except ClientError as error:
            if code_of(error) in ("ConditionalCheckFailedException", "TransactionCanceledException"):
                raise _refusal(error) from error
            if code_of(error) in ("TransactionConflictException", "TransactionInProgressException"):
                raise Contended(f"table {self._name}") from error
            raise translate(error, f"journal {self._name}") from error
        except BotoCoreError as error:
            raise translate(error, f"journal {self._name}") from error
        return answer


EXISTS = f"attribute_exists(#{PK})"
IS_NEW = f"attribute_not_exists(#{PK})"


def key_of(item: Values) -> Key:
    """The key of an item, or of an entry of an index."""
    return {PK: item[PK], SK: item[SK]}


def _guarded(change: str, condition: str, values: Values) -> dict[str, Any]:
    """The parameters of a conditional write, which also protects items of newer versions."""
    whole = f"({condition}) AND {NOT_NEWER}" if condition else NOT_NEWER
    return {
        "ConditionExpression": whole,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    } | _placeholders(f"{change} {whole}", {**values, FORMAT: OURS})


def _refusal(error: ClientError) -> Exception:
    """Why a write was refused: an item that is there is of a newer version, or the condition did not hold."""
    answer: Any = error.response
    for found in (answer, *answer.get("CancellationReasons", ())):
        item = _decode(found.get("Item") or {})
        if _is_newer(item):
            return UnreadableRecord(_name(item), f"its format is {item[FORMAT]}, the newest known is {OURS}")
    return Refused()


def _is_newer(item: Values) -> bool:
    known = item.get(FORMAT, OURS)
    return not isinstance(known, (int, Decimal)) or known > OURS


def _name(item: Values) -> str:
    return f"{item.get(PK)} {item.get(SK)}"


def _placeholders(expression: str, values: Values) -> dict[str, Any]:
    """Names for every `#name` of an expression (many are reserved words) and its values."""
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}
    placeholders: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
    if values:
        placeholders["ExpressionAttributeValues"] = {f":{name}": encode(v) for name, v in values.items()}
    return placeholders


def _encode(item: Values) -> dict[str, Any]:
    return {name: encode(value) for name, value in item.items()}


def _decode(item: Values) -> dict[str, Any]:
    return {name: decode(value) for name, value in item.items()}
