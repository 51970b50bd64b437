"""What people change through the API, for the record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """One change: who asked (`caller` is an ARN), for what, and the answer.

    `location` is the path of what was created, "" when nothing was.
    """

    caller: str
    method: str
    path: str
    status: int
    request_id: str
    location: str = ""
