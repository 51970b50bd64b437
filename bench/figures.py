"""What a measurement gives: numbers with their units, and the limits some of them must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one thing (`what`): number by name, the unit at the end (`plan_cpu_s`).

    `limits` gives, for some of these names, the most that is allowed. `details` are more numbers,
    too many for the columns of a table.
    """

    what: str
    values: Mapping[str, float]
    limits: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, float] = field(default_factory=dict)

    def excesses(self) -> list[str]:
        """What is over its limit, in words; empty when all is within."""
        return [
            f"{self.what}: {name} is {self.values[name]:,.10g}, and at most {limit:,.10g} is allowed"
            for name, limit in self.limits.items()
            if self.values[name] > limit
        ]
