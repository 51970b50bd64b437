"""Kubernetes quantities of storage.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from decimal import Decimal

GIB = 2**30

_SUFFIXES: dict[str, Decimal] = {
    **{unit: Decimal(1024) ** (power + 1) for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))},
    **{unit: Decimal(1000) ** (power + 1) for power, unit in enumerate(("k", "M", "G", "T", "P", "E"))},
    "": Decimal(1),
    "m": Decimal("0.001"),
}
_QUANTITY = re.compile(r"([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E|m|))")


def to_bytes(quantity: str) -> int:
    """The bytes a quantity means, rounded up. ValueError when it is none."""
    match = _QUANTITY.fullmatch(str(quantity))
    if match is None:
        raise ValueError(f"{quantity!r} is not a quantity; write it like 4Gi")
    number, exponent, suffix = match.groups()
    exact = Decimal(number + exponent) if exponent else Decimal(number) * _SUFFIXES[suffix]
    return int(-(-exact // 1))


def to_gib(size_bytes: int) -> int:
    """Whole GiB that hold `size_bytes`; EBS knows nothing smaller."""
    return -(-size_bytes // GIB)


def to_quantity(size_bytes: int) -> str:
    """The quantity Kubernetes would print: the largest binary unit that divides evenly."""
    for power, unit in reversed(list(enumerate(("Ki", "Mi", "Gi", "Ti"), 1))):
        if size_bytes and size_bytes % 1024**power == 0:
            return f"{size_bytes // 1024**power}{unit}"
    return str(size_bytes)
