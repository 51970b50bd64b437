"""The result of a measurement: numbers with their units, and limits for some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """The measured numbers of one subject (`what`), by name, with the unit at the end (`plan_cpu_s`).

    `limits` gives the allowed maximum for some of these names. `details` are further numbers, too many for a
    table's columns.
    """

    what: str
    values: Mapping[str, float]
    limits: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, float] = field(default_factory=dict)

    def excesses(self) -> list[str]:
        """The numbers over their limits, in words; empty if there are none."""
        return [
            f"{self.what}: {name} is {self.values[name]:,.10g}, and at most {limit:,.10g} is allowed"
            for name, limit in self.limits.items()
            if self.values[name] > limit
        ]
