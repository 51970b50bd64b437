"""Whether the drainer that Snapkeep relies on has begun; checked once, some time after the notice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.interruption.drains import plan_drain
from snapkeep.domain.interruption.nodes import Pod
from snapkeep.domain.interruption.notices import Kind, Notice
from snapkeep.domain.interruption.rules import NodeRules, Verify

VERIFY_AFTER = timedelta(seconds=40)
"""After a spot notice this leaves over a minute to evict; Karpenter and node groups begin within seconds."""


@dataclass(frozen=True)
class Verdict:
    """The pods with claims that nobody has evicted, and the timeline entry."""

    left: tuple[Pod, ...]
    reason: str


def verifies_at(notice: Notice) -> datetime:
    """When to check for a drain; computed from the notice alone, so that every message yields the same
    time."""
    return notice.acts_at + VERIFY_AFTER


def steps_in(rules: NodeRules, notice: Notice) -> bool:
    """Whether Snapkeep evicts if nobody does: only after a spot notice, which leaves no time to ask
    people.
    """
    return rules.verify is Verify.EVICT and notice.kind is Kind.SPOT


def verdict(other: str, rules: NodeRules, notice: Notice, pods: Iterable[Pod], now: datetime) -> Verdict:
    """What the node's pods show about `other`'s drain."""
    left = tuple(each.pod for each in plan_drain(pods, notice.deadline, now).leaving if each.pod.claims)
    if not left:
        return Verdict((), f"{other} has left no pod with a claim to evict")
    seconds = int((now - notice.acts_at).total_seconds())
    names = ", ".join(map(str, left))
    seen = f"{other} has not evicted {names}, {seconds} s after the notice"
    if steps_in(rules, notice):
        return Verdict(left, f"{seen}; Snapkeep evicts")
    why = "verify: tell" if rules.verify is Verify.TELL else "it steps in after spot notices only"
    return Verdict(left, f"{seen}; Snapkeep evicts nobody ({why})")
