"""Plain values as DynamoDB writes them: boto3's own serializer would load all of boto3 with it.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def encode(value: Any) -> dict[str, Any]:
    """A value as an AttributeValue. Raises TypeError for what items do not hold, such as a float."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case str():
            return {"S": str(value)}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": {name: encode(item) for name, item in value.items()}}
        case list() | tuple():
            return {"L": [encode(item) for item in value]}
    raise TypeError(f"items hold no {type(value).__name__}: {value!r}")


def decode(value: Mapping[str, Any]) -> Any:
    """The value of an AttributeValue; numbers are Decimal. Raises TypeError for a type never written."""
    ((kind, held),) = value.items()
    match kind:
        case "NULL":
            return None
        case "BOOL" | "S" | "B":
            return held
        case "N":
            return Decimal(held)
        case "M":
            return {name: decode(item) for name, item in held.items()}
        case "L":
            return [decode(item) for item in held]
    raise TypeError(f"items hold no {kind}: {held!r}")
