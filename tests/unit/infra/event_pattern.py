"""EventBridge's matching, as far as our patterns go: exact values at any depth.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether a rule with this pattern would take the event. Raises ValueError for richer patterns."""
    return all(_field(wanted, event.get(name)) for name, wanted in pattern.items())


def _field(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and matches(wanted, value)
    if not all(isinstance(choice, str) for choice in wanted):
        raise ValueError(f"this matcher knows exact values only: {wanted}")
    values = value if isinstance(value, list) else [value]
    return any(choice in values for choice in wanted)
