"""What people change through the API, for the record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """One change: who asked (`caller` is an ARN), for what, how it was answered, what it made.

    `location` is the path of what was made, "" when nothing was.
    """

    caller: str
    method: str
    path: str
    status: int
    request_id: str
    location: str = ""
