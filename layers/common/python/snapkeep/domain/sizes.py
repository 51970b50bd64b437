"""Reads Kubernetes quantities exactly: 10G is not 10Gi, and half a byte rounds up to one.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

GIB = 2**30
"""Bytes in one GiB, the unit of EBS volume sizes."""

LARGEST = 2**63 - 1
"""The largest quantity Kubernetes can hold, in bytes."""

_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_SMALL = {"": Fraction(1), "m": Fraction(1, 10**3), "u": Fraction(1, 10**6), "n": Fraction(1, 10**9)}
_FACTORS = {name: Fraction(factor) for name, factor in (_BINARY | _DECIMAL).items()} | _SMALL

_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<number>[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})"
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,2})|(?P<suffix>[KMGTPE]i|[kMGTPE]|[mun])?)"
)


def parse_quantity(text: str) -> int:
    """The bytes of a quantity such as `10Gi`, `10G`, `0.5Gi`, `1e9` or `128974848000m`.

    Fractions of a byte are rounded up, as Kubernetes does. Raises ValueError, with a message for users, when
    the text is not a quantity, is negative or exceeds what Kubernetes can hold.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text[:80]!r} is not a size: write a number and a unit, such as 10Gi (binary: Ki, Mi, Gi, "
            "Ti, Pi, Ei) or 10G (decimal: k, M, G, T, P, E)"
        )
    size = Fraction(match["number"].rstrip("."))
    if match["sign"] == "-" and size:
        raise ValueError(f"{text[:80]!r} is negative: a size must be 0 or more")
    size *= Fraction(10) ** int(match["exponent"]) if match["exponent"] else _FACTORS[match["suffix"] or ""]
    if size > LARGEST:
        raise ValueError(f"{text[:80]!r} is more than Kubernetes can hold ({LARGEST} bytes, 8Ei less one)")
    return math.ceil(size)


def gib(size: int) -> int:
    """`size` bytes in whole GiB, rounded up as EBS does."""
    return -(-size // GIB)


def format_quantity(size: int) -> str:
    """The shortest quantity for exactly `size` bytes: `10Gi`, `10G`, or plain digits."""
    candidates = [_whole(size, _BINARY), _whole(size, _DECIMAL), str(size)]
    return min(candidates, key=len)


def _whole(size: int, units: dict[str, int]) -> str:
    fitting = [(factor, name) for name, factor in units.items() if size and size % factor == 0]
    factor, name = max(fitting, default=(1, ""))
    return f"{size // factor}{name}"


def about(size: int) -> str:
    """A size in bytes for people, with two or three digits that count, such as `1.2 GiB`."""
    amount, units = float(size), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    digits = 1 if units[0] != "bytes" and amount < 10 else 0
    return f"{amount:.{digits}f} {units[0]}"
