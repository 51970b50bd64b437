"""Requests of sources, as a vault keeps them until it has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain import tags
from snapkeep.domain.copies.places import partition_of
from snapkeep.domain.copies.requests import CopyRequest, answers_bus
from snapkeep.domain.vault.vault import VaultSource


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived: `account` is whose it is, as EventBridge says."""

    account: str
    request: CopyRequest


@dataclass(frozen=True, slots=True)
class Unread:
    """A message from an account that is no request, and why."""

    account: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request of a source that is not answered yet; `received_at` is aware UTC."""

    source: str
    request: CopyRequest
    received_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """The point, as records of copies name it: cluster and id."""
        return self.request.tags.get(tags.CLUSTER, ""), self.request.point

    @property
    def asked_at(self) -> datetime:
        """When the source asked, as it says, and not after the request arrived: nobody asks in the future."""
        return min(self.request.asked_at, self.received_at)


def answers_to(source: VaultSource) -> str:
    """The ARN of the bus on which a source takes answers."""
    bus = answers_bus(source.deployment)
    return f"arn:{partition_of(source.region)}:events:{source.region}:{source.account}:event-bus/{bus}"
