"""Checks whether a LimitRange of the namespace would refuse the claim.

https://kubernetes.io/docs/concepts/policy/limit-range/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from snapkeep.domain.restore.findings import Finding, error
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import LimitFacts
from snapkeep.domain.sizes import format_quantity, parse_quantity


def limit_findings(
    request: RestoreRequest, size_bytes: int, limits: Iterable[LimitFacts]
) -> Iterator[Finding]:
    """An error for each bound that a claim of `size_bytes` violates."""
    for limit in sorted(limits, key=lambda item: item.name):
        smallest, largest = _bytes(limit.smallest), _bytes(limit.largest)
        who = f"limit range {limit.name} of namespace {request.namespace} allows claims of"
        needed = format_quantity(size_bytes)
        if smallest is not None and size_bytes < smallest:
            yield error(
                "below_limit_range",
                f"{who} {limit.smallest} at least, but {needed} is requested",
                f"ask for {limit.smallest}, or change the limit range",
            )
        if largest is not None and size_bytes > largest:
            yield error(
                "above_limit_range",
                f"{who} {limit.largest} at most, but {needed} is needed",
                f"change the limit range to {needed} or more, or restore into another namespace",
            )


def _bytes(written: str) -> int | None:
    """A bound in bytes; None without one, or when it cannot be parsed."""
    try:
        return parse_quantity(written) if written else None
    except ValueError:
        return None
