"""Which policy says what a run saves of a namespace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.objects.asking import asking, policy_for
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import ON_DEMAND, Cluster, Deployment, Selection
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from tests.fakes.world import SLOT, a_policy

SHOPS = a_policy(name="shops", objects=ObjectScope.WORKLOAD, selection=Selection(namespaces=("shop*",)))
WIDE = a_policy(name="wide", objects=ObjectScope.NAMESPACE, lock=Lock(LockMode.COMPLIANCE, 7))
PICKED = a_policy(name="picked", objects=ObjectScope.NAMESPACE, selection=Selection(opt_in_only=True))
BARE = a_policy(name="bare")
DEPLOYMENT = Deployment((Cluster("myeks", "ap-northeast-2"),), (BARE, PICKED, SHOPS, WIDE))
ANYTHING = OnDemandRequest(selection=Selection())


def chosen(namespace: str, policy: str, request: OnDemandRequest | None = None) -> str:
    """The name of the policy by which a run saves a namespace, "" for none."""
    run = Run("run", "myeks", policy, SLOT, accepted_at=SLOT, request=request)
    found = policy_for(namespace, run, asking(run, DEPLOYMENT))
    return found.name if found else ""


@pytest.mark.parametrize("policy", ["picked", "shops", "wide"])
def test_a_scheduled_run_saves_by_its_policy_wherever_its_claims_are(policy: str) -> None:
    assert chosen("other", policy) == policy
    assert chosen("other", ON_DEMAND, OnDemandRequest(policy=policy)) == policy


def test_what_does_not_ask_saves_nothing() -> None:
    assert chosen("shop", "bare") == chosen("shop", ON_DEMAND, OnDemandRequest(policy="bare")) == ""


def test_other_requests_are_saved_by_the_first_policy_that_covers_the_namespace() -> None:
    assert [chosen(name, ON_DEMAND, ANYTHING) for name in ("shop-1", "other")] == ["shops", "wide"]


def test_only_what_is_scheduled_is_locked() -> None:
    scheduled = Run("run", "myeks", "wide", SLOT, accepted_at=SLOT)
    asked = replace(scheduled, policy=ON_DEMAND, request=OnDemandRequest(policy="wide"))
    assert [each.lock for each in asking(scheduled, DEPLOYMENT)] == [WIDE.lock]
    assert [each.lock for each in asking(asked, DEPLOYMENT)] == [None]
