"""Kubernetes quantities ("10Gi", "500m"): their form, their value as an exact fraction, and sizes of storage.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from sandbox.kubernetes.errors import bad_request

GIB = 2**30
NO_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
"""The API server's answer to any other text. Source: k8s.io/apimachinery `pkg/api/resource`, ErrFormatWrong.
"""

_FORM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?[0-9]+))?")
_BINARY: dict[str, int] = {
    unit: 1024**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)
}
_DECIMAL: dict[str, int] = {unit: 1000**power for power, unit in enumerate("kMGTPE", start=1)}
_SMALL = {"n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000)}


def is_quantity(value: object) -> bool:
    """Whether a document's value is a quantity: a number, or text of that form."""
    return isinstance(value, int | float) or _FORM.fullmatch(str(value)) is not None


def quantity(text: str | int) -> Fraction:
    """The number a quantity stands for (bytes, for storage). Raises ApiError 400 with the real text if it
    is not one."""
    found = _FORM.fullmatch(str(text))
    if not found:
        raise bad_request(NO_QUANTITY)
    number, binary, decimal, exponent = found.groups()
    value = Fraction(number.rstrip("."))
    if binary:
        return value * _BINARY[binary]
    if decimal:
        return value * (_SMALL[decimal] if decimal in _SMALL else _DECIMAL[decimal])
    power = int(exponent or 0)
    scale: int = 10 ** abs(power)
    return value * scale if power >= 0 else value / scale


def to_bytes(text: str) -> int:
    """The bytes a quantity means, rounded up. Raises ApiError 400 if it is not a quantity."""
    return math.ceil(quantity(text))


def to_gib(size_bytes: int) -> int:
    """The whole GiB that hold `size_bytes`, EBS's smallest unit."""
    return -(-size_bytes // GIB)


def canonical(value: Fraction | int, binary: bool) -> str:
    """`value`, rounded up to a whole number, as Kubernetes prints it: with the largest unit (of 1024 if
    `binary`, else of 1000) that divides it. k8s.io/apimachinery `pkg/api/resource` CanonicalizeBytes."""
    whole = math.ceil(value)
    units = _BINARY if binary else _DECIMAL
    for unit, size in sorted(units.items(), key=lambda row: -row[1]):
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return str(whole)
