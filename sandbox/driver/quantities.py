"""Sizes of storage: Kubernetes quantities, bytes and GiB.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import math

from sandbox.kubernetes.quantity import quantity

GIB = 2**30


def to_bytes(text: str) -> int:
    """The bytes a quantity means, rounded up. ApiError when it is none."""
    return math.ceil(quantity(text))


def to_gib(size_bytes: int) -> int:
    """Whole GiB that hold `size_bytes`; EBS knows nothing smaller."""
    return -(-size_bytes // GIB)


def to_quantity(size_bytes: int) -> str:
    """The quantity Kubernetes would print: the largest binary unit that divides evenly."""
    for power, unit in reversed(list(enumerate(("Ki", "Mi", "Gi", "Ti"), 1))):
        if size_bytes and size_bytes % 1024**power == 0:
            return f"{size_bytes // 1024**power}{unit}"
    return str(size_bytes)
