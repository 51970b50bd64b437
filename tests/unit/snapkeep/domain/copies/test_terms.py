"""What policies say of the copies in a place: whose rule asks for one, and how it is locked."""

from __future__ import annotations

from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.copies.terms import TermsOfPolicies
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from tests.fakes.world import a_policy
from tests.unit.snapkeep.domain.copies.copy_samples import OSAKA

LOCK = Lock(LockMode.COMPLIANCE, 14)
RULE = CopyRule(OSAKA.name, {"daily": 14}, lock=LOCK, also=("on-demand",))
TERMS = TermsOfPolicies(
    Deployment(
        (Cluster("myeks", "ap-northeast-2"),),
        (a_policy(copies=(RULE,)), a_policy("weekly", copies=(CopyRule(OSAKA.name, {"last": 1}),))),
        places=(OSAKA,),
    )
)


def test_the_rule_that_also_takes_points_of_another_policy_asks_for_them() -> None:
    assert TERMS.asking("osaka", "on-demand") == "nightly"
    assert TERMS.asking("osaka", "weekly") == "weekly"
    assert TERMS.asking("elsewhere", "on-demand") == "on-demand"


def test_a_copy_has_the_lock_of_the_rule_that_asks_for_it() -> None:
    assert TERMS.lock("osaka", "nightly") == LOCK
    assert TERMS.lock("osaka", "weekly") is None
    assert TERMS.lock("elsewhere", "nightly") is None
    assert TERMS.lock("osaka", "removed") is None
