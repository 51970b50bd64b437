"""Holds: who protects a recovery point from pruning, why and until when.

The EC2 tag `snapkeep:hold` is authoritative, because IAM reads it; the journal knows who set it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

BY_HAND = "tag"
"""The holder of a tag without a journaled hold: somebody set it by hand."""

SHARED = "api"
"""The holder shared by all callers before each caller had a hold of their own."""

RESTORE = "restore "
"""The prefix of the holder of a restore's hold; the restore's id follows."""

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a hold without an end."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One holder's hold on a snapshot. `until` is aware UTC; `by` is the ARN of the caller, when known.

    `lifted_at` is when it was released (aware UTC); its tag is still to be removed. `named` is False for a
    hold that was journaled when the tag was `true` and named no holder.
    """

    snapshot_id: str
    holder: str
    reason: str
    until: datetime = FOREVER
    by: str = ""
    lifted_at: datetime | None = None
    named: bool = True

    def ended(self, now: datetime) -> bool:
        """True once it no longer holds."""
        return self.lifted_at is not None or self.until <= now

    @property
    def ends(self) -> datetime | None:
        """When it ends; None when it does not end by itself."""
        return None if self.until >= FOREVER else self.until

    @property
    def restore(self) -> str:
        """The id of the restore that holds the point; "" for every other holder."""
        return self.holder.removeprefix(RESTORE) if self.holder.startswith(RESTORE) else ""


def principal_of(arn: str) -> str:
    """The principal of an ARN: for a role session, the role, shared by all its sessions.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    is_session = arn.split(":", 5)[2:3] == ["sts"]  # a user's path may say :assumed-role/, too
    account, assumed, role = arn.partition(":assumed-role/")
    return f"{account}{assumed}{role.partition('/')[0]}" if is_session and assumed else arn
