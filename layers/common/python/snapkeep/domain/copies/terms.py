"""What holds for the copies in places: which policy's rule asks for a copy, and how the copy is locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from snapkeep.domain.copies.lineages import rule_to
from snapkeep.domain.copies.view.asked import asking_policy
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.locks import Lock


class CopyTerms(Protocol):
    """The terms by place and policy."""

    def asking(self, place: str, policy: str) -> str:
        """The policy whose rule asks for copies of that policy's points in a place; itself if none does."""

    def lock(self, place: str, rule: str) -> Lock | None:
        """The lock of copies that the rule of that policy asks for in a place; None without one."""


@dataclass(frozen=True, slots=True)
class TermsOfPolicies:
    """The terms as the policies of a deployment have them, in their copy rules."""

    deployment: Deployment

    def asking(self, place: str, policy: str) -> str:
        return asking_policy(self.deployment, place, policy)

    def lock(self, place: str, rule: str) -> Lock | None:
        policy = self.deployment.policy(rule)
        found = rule_to(policy, place) if policy else None
        return found.lock if found else None
