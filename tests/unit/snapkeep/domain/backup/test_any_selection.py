"""What holds for the selection of any claims."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.backup.selection import Taken, decide, select
from snapkeep.domain.claims import Claim
from snapkeep.domain.policies import Method, Operator, Requirement
from tests.unit.snapkeep.domain.backup.selections import EBS, EFS, IN_TREE, claim, policy, run

labelled = st.fixed_dictionaries(
    {},
    optional={
        "snapkeep.io/policy": st.sampled_from(["nightly", "weekly", "none"]),
        "snapkeep.io/exclude": st.just("true"),
        "app": st.sampled_from(["web", "db"]),
    },
)
worlds = st.lists(
    st.builds(
        lambda number, namespace, labels, volume: claim(
            f"c{number}", namespace, labels=labels, volume=volume
        ),
        st.integers(0, 10**6),
        st.sampled_from(["default", "shop"]),
        labelled,
        st.sampled_from([EBS, IN_TREE, EFS, None]),
    ),
    max_size=8,
    unique_by=lambda item: item.name,
)
POLICIES = [
    policy("nightly", namespaces=("default",)),
    policy("weekly", Method.EBS, labels=(Requirement("app", Operator.IN, ("web",)),)),
]


@given(worlds, st.randoms())
def test_the_plan_does_not_depend_on_the_order_of_the_listing(world: list[Claim], random: Any) -> None:
    shuffled = random.sample(world, len(world))
    assert select(shuffled, POLICIES, "myeks") == select(world, POLICIES[::-1], "myeks")


@given(worlds)
def test_no_claim_is_lost_between_taken_and_left(world: list[Claim]) -> None:
    for asking in POLICIES:
        selected = run(asking, *world)
        decided = [item.claim for item in selected.taken] + [item.subject for item in selected.skipped]
        assert sorted(map(str, decided)) == sorted(map(str, world))
        reasons = [item.reason for item in selected.taken] + [item.reason for item in selected.skipped]
        assert all(reasons)


@given(worlds)
def test_the_view_of_all_policies_agrees_with_their_runs(world: list[Claim]) -> None:
    together = {(str(item.claim), item.policy) for item in select(world, POLICIES, "myeks").taken}
    alone = {
        (str(item), asking.name)
        for item, asking in itertools.product(world, POLICIES)
        if isinstance(decide(item, asking, POLICIES), Taken)
    }
    assert together == alone
