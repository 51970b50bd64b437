"""On-demand requests: exactly what was requested is taken, and what cannot be is reported with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.backup.on_demand import (
    OnDemandRequest,
    select_wanted,
    spec_of,
    unmet,
    wants_known,
    why_no_spec,
)
from snapkeep.domain.backup.selection import Selected
from snapkeep.domain.claims import Claim, ClaimName, ScratchVolume, Volume, VolumeKind
from snapkeep.domain.points import ClaimFacts
from snapkeep.domain.policies import BackupSpec, Cluster, Deployment, Method, Operator, Requirement, Selection
from tests.fakes.world import a_claim, a_policy

NIGHTLY = a_policy("nightly", selection=Selection(namespaces=("shop",)), group_label="app")
ELSEWHERE = a_policy("elsewhere", clusters=("other",))
DEPLOYMENT = Deployment((Cluster("myeks", "eu-west-1"), Cluster("other", "eu-west-1")), (NIGHTLY, ELSEWHERE))
EFS = a_claim("uploads", volume=Volume("pv", VolumeKind.EFS, "efs.csi.aws.com", "fs-1"))
FOREIGN = a_claim("secret-project", namespace="bank")


def policy_for(wish: OnDemandRequest) -> BackupSpec:
    policy = spec_of(wish, "myeks", DEPLOYMENT)
    assert policy is not None
    return policy


def selected(wish: OnDemandRequest, *claims: Claim) -> Selected:
    return select_wanted(wish, policy_for(wish), DEPLOYMENT, claims)


def names(chosen: Selected) -> list[str]:
    return [str(item.claim) for item in chosen.taken]


def test_claims_asked_for_by_name_are_taken_and_no_others() -> None:
    chosen = selected(
        OnDemandRequest(claims=(ClaimName("shop", "data"),)), a_claim("data"), a_claim("logs"), FOREIGN
    )
    assert names(chosen) == ["shop/data"]
    assert chosen.taken[0].reason == "it was requested by name"
    assert chosen.skipped == ()


def test_a_label_for_a_schedule_does_not_keep_a_claim_from_being_backed_up_now() -> None:
    labelled = a_claim("data", labels={"snapkeep.io/policy": "nightly"})
    typo = a_claim("logs", labels={"snapkeep.io/policy": "nihgtly"})
    wish = OnDemandRequest(selection=Selection(namespaces=("shop",)))
    assert names(selected(wish, labelled, typo)) == ["shop/data", "shop/logs"]


@pytest.mark.parametrize(
    ("claim", "code", "reason"),
    [
        (EFS, "efs", "the data is on EFS"),
        (a_claim("uploads", phase="Pending", volume=None), "pending", "it has no volume yet"),
        (a_claim("uploads", labels={"snapkeep.io/exclude": "true"}), "excluded", "snapkeep.io/exclude"),
        (a_claim("other"), "not_found", "namespace shop has no claim uploads"),
    ],
)
def test_a_named_claim_that_cannot_be_taken_is_told_with_the_reason(
    claim: Claim, code: str, reason: str
) -> None:
    wish = OnDemandRequest(claims=(ClaimName("shop", "uploads"), ClaimName("shop", "data")))
    chosen = selected(wish, claim, a_claim("data"))
    (left,) = chosen.skipped
    assert (str(left.subject), left.code.value) == ("shop/uploads", code)
    assert reason in left.reason
    text = unmet(wish, "myeks", chosen)
    assert text.startswith("1 of the 2 requested claims are not taken: shop/uploads: ")


def test_a_selection_has_the_words_of_a_policy() -> None:
    wish = OnDemandRequest(selection=Selection(namespaces=("sh*",), min_bytes=5 * 2**30))
    large = a_claim("large", requested="8Gi", requested_bytes=8 * 2**30)
    chosen = selected(wish, large, a_claim("small"))
    assert names(chosen) == ["shop/large"]
    assert [(str(item.subject), item.code.value) for item in chosen.skipped] == [
        ("shop/small", "size_not_selected")
    ]


def test_of_namespaces_that_were_not_asked_for_nothing_is_said() -> None:
    excluded = a_claim("hidden", namespace="bank", labels={"snapkeep.io/exclude": "true"})
    for wish in (
        OnDemandRequest(selection=Selection(namespaces=("shop",))),
        OnDemandRequest(claims=(ClaimName("shop", "data"),)),
    ):
        assert selected(wish, a_claim("data"), FOREIGN, excluded).skipped == ()


def test_a_policy_takes_what_it_takes_on_schedule_by_its_method_and_groups() -> None:
    wish = OnDemandRequest(policy="nightly")
    chosen = select_wanted(
        wish,
        policy_for(wish),
        DEPLOYMENT,
        [a_claim("data", labels={"app": "db"}), FOREIGN],
        [ScratchVolume("myeks", "shop", "web-0", "tmp", "emptyDir")],
    )
    assert [(item.method, item.group) for item in chosen.taken] == [(Method.EBS, "shop/db")]
    assert {item.code.value for item in chosen.skipped} == {"namespace_not_selected", "scratch"}
    assert policy_for(OnDemandRequest(policy="nightly", method=Method.CSI)).method is Method.CSI


@pytest.mark.parametrize("name", ["nihgtly", "elsewhere"])
def test_a_policy_that_the_cluster_has_not_is_named_with_those_it_has(name: str) -> None:
    wish = OnDemandRequest(policy=name)
    assert spec_of(wish, "myeks", DEPLOYMENT) is None
    assert why_no_spec(wish, "myeks", DEPLOYMENT) == (
        f"cluster myeks has no policy {name} (its policies: nightly)"
    )


def test_without_a_method_csi_may_fall_back_to_ebs_and_with_one_it_is_meant() -> None:
    assert policy_for(OnDemandRequest(claims=(ClaimName("shop", "data"),))).csi_fallback
    meant = policy_for(OnDemandRequest(claims=(ClaimName("shop", "data"),), method=Method.CSI))
    assert (meant.method, meant.csi_fallback) == (Method.CSI, False)


def test_a_wish_that_takes_nothing_says_what_was_looked_at() -> None:
    nowhere = OnDemandRequest(selection=Selection(namespaces=("shop",), storage_classes=("io2",)))
    assert unmet(nowhere, "myeks", selected(nowhere, a_claim("data"), EFS)) == (
        "the request takes no claim in cluster myeks (of the claims considered: "
        "1 storage_class_not_selected, 1 efs)"
    )
    empty = OnDemandRequest(selection=Selection(namespaces=("void",)))
    assert "no claims within its selection" in unmet(empty, "myeks", selected(empty, a_claim("data")))
    many = OnDemandRequest(claims=tuple(ClaimName("shop", f"c{number}") for number in range(9)))
    assert unmet(many, "myeks", selected(many)).endswith("; and 6 more")
    fine = OnDemandRequest(selection=Selection(namespaces=("shop",)))
    assert unmet(fine, "myeks", selected(fine, a_claim("data"), EFS)) == ""


def facts(**changes: Any) -> ClaimFacts:
    given: dict[str, Any] = {
        "cluster": "myeks",
        "namespace": "shop",
        "name": "data",
        "uid": "uid-1",
        "requested": "4Gi",
        "storage_class": "gp3",
        "access_modes": ("ReadWriteOnce",),
        "volume_mode": "Filesystem",
        "fs_type": "xfs",
    }
    return ClaimFacts(**(given | changes))


@pytest.mark.parametrize(
    ("wish", "claim", "wanted"),
    [
        (OnDemandRequest(claims=(ClaimName("shop", "data"),)), facts(), True),
        (OnDemandRequest(claims=(ClaimName("shop", "logs"),)), facts(), False),
        (OnDemandRequest(selection=Selection(namespaces=("shop",))), facts(), True),
        (OnDemandRequest(selection=Selection(namespaces=("bank",))), facts(), False),
        (OnDemandRequest(selection=Selection(min_bytes=5 * 2**30)), facts(), False),
        (OnDemandRequest(selection=Selection(min_bytes=1)), facts(requested="edited by somebody"), False),
        (OnDemandRequest(policy="nightly"), facts(), True),
    ],
)
def test_of_earlier_tags_only_what_was_asked_for_is_wanted(
    wish: OnDemandRequest, claim: ClaimFacts, wanted: bool
) -> None:
    assert wants_known(wish, policy_for(wish), claim) is wanted


def test_a_wish_by_labels_takes_nothing_from_tags_that_know_none() -> None:
    wish = OnDemandRequest(selection=Selection(labels=(Requirement("tier", Operator.NOT_IN, ("test",)),)))
    assert not wants_known(wish, policy_for(wish), facts())


def test_a_policy_for_file_systems_is_not_run_on_demand_by_any_method() -> None:
    shared = a_policy("shared", method=Method.AWS_BACKUP)
    deployment = Deployment((Cluster("myeks", "eu-west-1"),), (NIGHTLY, shared))
    for method in (None, Method.EBS):
        wish = OnDemandRequest(policy="shared", method=method)
        assert spec_of(wish, "myeks", deployment) is None
    assert why_no_spec(wish, "myeks", deployment) == (
        "policy shared backs up EFS file systems, and runs at its slots only "
        "(policies that run on demand: nightly)"
    )
