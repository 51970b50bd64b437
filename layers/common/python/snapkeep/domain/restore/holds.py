"""Holds: who keeps a recovery point from being pruned, why and until when.

The EC2 tag `snapkeep:hold` is the truth, because IAM reads it; the journal knows who set it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

BY_HAND = "tag"
"""The holder of a tag that nobody journaled: somebody set it by hand."""

SHARED = "api"
"""The holder whom all people shared before each caller had a hold of their own."""

RESTORE = "restore "
"""How the holder of a hold begins that a restore needs; the restore's id follows."""

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a hold without one."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One holder's hold on a snapshot. `until` is aware UTC; `by` the ARN of who asked, when known.

    `lifted_at` says since when (aware UTC) it has been given back and only its tag is left to take away.
    `named` is False for a hold that was journaled when the tag was `true` and named no holder.
    """

    snapshot_id: str
    holder: str
    reason: str
    until: datetime = FOREVER
    by: str = ""
    lifted_at: datetime | None = None
    named: bool = True

    def ended(self, now: datetime) -> bool:
        """True when it holds no more."""
        return self.lifted_at is not None or self.until <= now

    @property
    def ends(self) -> datetime | None:
        """When it ends, or None when it does not by itself."""
        return None if self.until >= FOREVER else self.until

    @property
    def restore(self) -> str:
        """The id of the restore that holds; "" for every other holder."""
        return self.holder.removeprefix(RESTORE) if self.holder.startswith(RESTORE) else ""


def principal_of(arn: str) -> str:
    """Who an ARN stands for: of a role's session the role, which every session of it acts for.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    is_session = arn.split(":", 5)[2:3] == ["sts"]  # a user's path may say :assumed-role/, too
    account, assumed, role = arn.partition(":assumed-role/")
    return f"{account}{assumed}{role.partition('/')[0]}" if is_session and assumed else arn
