"""Selection: who is taken, who is left, and what the plan says about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.backup.selection import (
    Code,
    Selected,
    SkippedClaim,
    group_key,
    select,
    select_for,
)
from snapkeep.domain.claims import Claim, ScratchVolume, Volume, VolumeKind
from snapkeep.domain.policies import Cluster, Deployment, Method, Operator, Policy, Requirement
from tests.unit.snapkeep.domain.backup.selections import (
    EBS,
    EFS,
    IN_TREE,
    claim,
    exclusive,
    policy,
    run,
    taken_by,
)

MIGRATED = Volume("pv", VolumeKind.EBS_MIGRATED, "ebs.csi.aws.com", "vol-3")


def only_left(asking: Policy, one: Claim, *others: Policy) -> SkippedClaim:
    """The only decision of a run over one claim, which must be to leave it."""
    selected = run(asking, one, others=others)
    assert selected.taken == ()
    return selected.skipped[0]


def taken_names(selected: Selected) -> list[str]:
    """The names of the claims taken."""
    return [item.claim.name for item in selected.taken]


def test_a_policy_without_conditions_takes_every_claim() -> None:
    selected = run(policy(), claim("a"), claim("b", "shop"))
    assert taken_names(selected) == ["a", "b"]
    assert selected.taken[0].reason == "the policy takes every claim"


def test_a_taken_claim_says_what_it_met() -> None:
    wanted = policy(
        namespaces=("def*",), labels=(Requirement("app", Operator.IN, ("web",)),), storage_classes=("gp3",)
    )
    (taken,) = run(wanted, claim("a", labels={"app": "web"})).taken
    assert taken.reason == "selected by namespace def*; label app=web; storage class gp3"


@pytest.mark.parametrize(
    ("patterns", "exclusions", "taken"),
    [
        (("team-*",), (), ["team-a", "team-b"]),
        (("team-*",), ("team-b",), ["team-a"]),
        ((), ("kube-*",), ["shop", "team-a", "team-b"]),
        (("team-?",), (), ["team-a", "team-b"]),
        (("team",), (), []),
    ],
)
def test_namespaces_are_globs_and_exclusions_win(
    patterns: tuple[str, ...], exclusions: tuple[str, ...], taken: list[str]
) -> None:
    claims = [claim("data", namespace) for namespace in ("team-a", "team-b", "shop", "kube-system")]
    selected = run(policy(namespaces=patterns, exclude_namespaces=exclusions), *claims)
    assert [item.claim.namespace for item in selected.taken] == taken
    assert {item.code for item in selected.skipped} == {Code.NAMESPACE}


def test_each_unmet_condition_is_named() -> None:
    wanted = policy(
        labels=(Requirement("tier", Operator.NOT_IN, ("cache",)),),
        storage_classes=("gp3", "io2"),
        min_bytes=2**30,
        max_bytes=100 * 2**30,
    )
    reasons = {
        item.subject.name: (item.code, item.reason)  # type: ignore[union-attr]
        for item in run(
            wanted,
            claim("cache", labels={"tier": "cache"}),
            claim("old", storage_class="gp2"),
            claim("small", size=0),
            claim("large", size=101),
        ).skipped
    }
    assert reasons == {
        "cache": (Code.LABELS, "its labels do not meet tier!=cache"),
        "old": (Code.STORAGE_CLASS, "storage class 'gp2' is not among gp3, io2"),
        "small": (Code.SIZE, "0Gi is below the minimum, 1Gi"),
        "large": (Code.SIZE, "101Gi is above the maximum, 100Gi"),
    }


def test_sizes_are_those_of_volumes_and_not_of_what_claims_asked_for() -> None:
    large = replace(EBS, size_bytes=500 * 2**30)
    static = claim("static", volume=large, requested="500Mi", requested_bytes=500 * 2**20)
    assert taken_names(run(policy(min_bytes=2**30), static)) == ["static"]
    assert only_left(policy(max_bytes=100 * 2**30), static).reason == (
        "its volume's 500Gi (500Mi requested) is above the maximum, 100Gi"
    )


def test_size_bounds_are_inclusive() -> None:
    exact = policy(min_bytes=10 * 2**30, max_bytes=10 * 2**30)
    assert taken_names(run(exact, claim("a", size=10))) == ["a"]


def test_exclusion_wins_over_everything() -> None:
    labels = {"snapkeep.io/exclude": "true", "snapkeep.io/policy": "nightly"}
    assert only_left(policy(), claim("a", labels=labels)).code is Code.EXCLUDED


def test_only_the_word_true_excludes() -> None:
    assert taken_names(run(policy(), claim("a", labels={"snapkeep.io/exclude": "false"}))) == ["a"]


def test_a_claim_that_opts_in_is_taken_whatever_the_policy_selects() -> None:
    labels = {"snapkeep.io/policy": "nightly"}
    (taken,) = run(policy(namespaces=("shop",), min_bytes=2**40), claim("a", labels=labels)).taken
    assert taken.reason == "its label snapkeep.io/policy names the policy"


def test_a_claim_that_opts_in_elsewhere_is_left_to_that_policy() -> None:
    weekly = policy("weekly", opt_in_only=True)
    opted = claim("a", labels={"snapkeep.io/policy": "weekly"})
    left = only_left(policy(), opted, weekly)
    assert (left.code, left.reason) == (Code.OTHER_POLICY, "its label snapkeep.io/policy names policy weekly")
    assert taken_names(run(weekly, opted, others=(policy(),))) == ["a"]


def test_an_opt_in_policy_leaves_everybody_else() -> None:
    assert only_left(policy("weekly", opt_in_only=True), claim("a")).code is Code.NOT_OPTED_IN


@pytest.mark.parametrize("word", ["cron(* * * * ? *)", "on-demand", "", "{{ .Namespace }}", "abroad"])
def test_a_label_can_only_name_a_policy_of_its_cluster(word: str) -> None:
    abroad = replace(policy("abroad"), clusters=("other",))
    left = only_left(policy(), claim("a", labels={"snapkeep.io/policy": word}), abroad)
    assert left.code is Code.UNKNOWN_POLICY
    assert repr(word) in left.reason
    assert left.reason.endswith("allowed: nightly")


def test_a_policy_of_another_cluster_takes_nothing_here() -> None:
    assert only_left(replace(policy(), clusters=("other",)), claim("a")).code is Code.OTHER_CLUSTER


def test_storage_that_cannot_be_protected_is_reported_only_where_the_policy_reaches() -> None:
    wanted = policy(namespaces=("default",), storage_classes=("gp3",))
    here = claim("here", volume=EFS, storage_class="efs-sc")
    there = claim("there", "shop", volume=EFS)
    assert [item.code for item in run(wanted, here, there).skipped] == [Code.EFS, Code.NAMESPACE]


def test_opting_in_does_not_make_efs_an_ebs_volume() -> None:
    assert (
        only_left(policy(), claim("a", volume=EFS, labels={"snapkeep.io/policy": "nightly"})).code is Code.EFS
    )


@pytest.mark.parametrize("volume", [IN_TREE, MIGRATED])
def test_an_in_tree_volume_under_a_csi_policy_is_taken_by_ebs(volume: Volume) -> None:
    (taken,) = run(policy(), claim("old", volume=volume)).taken
    assert taken.method is Method.EBS
    assert "cannot snapshot in-tree volumes" in taken.method_reason


def test_a_group_under_a_csi_policy_is_taken_by_ebs() -> None:
    wanted = policy(group="app")
    selected = run(wanted, claim("db", "wordpress", labels={"app": "wp"}), claim("loner", "wordpress"))
    assert [(item.group, item.method) for item in selected.taken] == [
        ("wordpress/wp", Method.EBS),
        ("", Method.CSI),
    ]
    assert "CreateSnapshots" in selected.taken[0].method_reason
    assert selected.taken[1].method_reason == ""


def test_the_policys_own_method_needs_no_reason() -> None:
    selected = run(
        policy(method=Method.EBS, group="app"), claim("db", labels={"app": "wp"}), claim("a", volume=IN_TREE)
    )
    assert {(item.method, item.method_reason) for item in selected.taken} == {(Method.EBS, "")}


def test_groups_never_reach_across_namespaces() -> None:
    wanted = policy(group="app")
    one, other = claim("a", "one", labels={"app": "wp"}), claim("a", "other", labels={"app": "wp"})
    assert group_key(one, wanted) != group_key(other, wanted)
    assert group_key(claim("a", labels={"app": ""}), wanted) == ""
    assert group_key(one, policy()) == ""


def test_scratch_volumes_are_reported_where_the_policy_reaches() -> None:
    here = ScratchVolume("myeks", "default", "cache-0", "tmp", "emptyDir")
    there = ScratchVolume("myeks", "shop", "cache-0", "tmp", "emptyDir")
    wanted = policy(namespaces=("default",))
    deployment = Deployment((Cluster("myeks", "ap-northeast-2"),), (wanted,))
    assert [item.subject for item in select_for(wanted, deployment, [], [here, there]).skipped] == [here]
    opt_in = policy(opt_in_only=True)
    assert select_for(opt_in, deployment, [], [here, there]).skipped == ()


def test_the_view_of_all_policies_gives_each_claim_its_takers_or_one_reason() -> None:
    nightly = policy("nightly", namespaces=("default",))
    hourly = policy("hourly", namespaces=("default",), min_bytes=50 * 2**30)
    scratch = ScratchVolume("myeks", "shop", "cache-0", "tmp", "emptyDir")
    claims = [
        claim("both", size=60),
        claim("one", size=10),
        claim("stray", "shop"),
        claim("shared", "shop", volume=EFS),
        claim("typo", labels={"snapkeep.io/policy": "nigthly"}),
        claim("opted", "shop", labels={"snapkeep.io/policy": "hourly"}),
    ]
    selected = select(claims, [nightly, hourly], "myeks", [scratch])
    assert [(item.claim.name, item.policy) for item in selected.taken] == [
        ("both", "hourly"),
        ("both", "nightly"),
        ("one", "nightly"),
        ("opted", "hourly"),
    ]
    assert [(str(item.subject), item.code) for item in selected.skipped] == [
        ("default/typo", Code.UNKNOWN_POLICY),
        ("shop/cache-0:tmp", Code.SCRATCH),
        ("shop/shared", Code.EFS),
        ("shop/stray", Code.NO_POLICY),
    ]
    assert "nightly: namespace 'shop' is not among default" in selected.skipped[3].reason


def test_an_exclusive_policy_keeps_the_others_off_its_claims() -> None:
    policies = (policy("all"), exclusive("shop", namespaces=("shop",)))
    assert taken_by(*policies, one=claim("a", "shop")) == ["shop"]
    assert taken_by(*policies, one=claim("a", "bank")) == ["all"]
    left = only_left(policies[0], claim("a", "shop"), policies[1])
    assert (left.code, left.reason) == (Code.OTHER_POLICY, "policy shop takes it, and is exclusive")


def test_of_several_exclusive_policies_the_first_in_the_file_takes_a_claim() -> None:
    policies = (exclusive("z-first"), exclusive("a-second"), policy("all"))
    assert taken_by(*policies, one=claim("a")) == ["z-first"]


def test_an_exclusive_policy_that_does_not_run_leaves_its_claims_to_the_others() -> None:
    policies = (policy("all"), exclusive("paused", enabled=False))
    assert taken_by(*policies, one=claim("a")) == ["all", "paused"]
    elsewhere = replace(exclusive("elsewhere"), clusters=("other",))
    assert taken_by(policy("all"), elsewhere, one=claim("a")) == ["all"]


def test_a_label_that_names_a_policy_wins_over_an_exclusive_one() -> None:
    policies = (policy("all"), exclusive("shop"))
    assert taken_by(*policies, one=claim("a", labels={"snapkeep.io/policy": "all"})) == ["all"]


def test_of_many_policies_the_nearest_misses_are_quoted_and_the_others_counted() -> None:
    many = [policy(f"team-{number:02}", namespaces=(f"team-{number:02}",)) for number in range(30)]
    small = policy("small", namespaces=("shop",), max_bytes=1)
    (left,) = select([claim("a", "shop")], [*many, small], "myeks").skipped
    assert isinstance(left, SkippedClaim)
    assert left.reason.startswith("no policy takes it (small: ")
    assert left.reason.endswith("team-02: namespace 'shop' is not among team-02; and 27 more)")


def test_a_cluster_without_policies_says_so() -> None:
    (left,) = select([claim("a")], [], "myeks").skipped
    assert left.reason == "no policy takes it (the cluster has none)"
