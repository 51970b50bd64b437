"""Which kinds are saved, in which order, and why others are not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.objects.kinds import NEVER, SAVED, UNASKED, Kind, choose

CERTIFICATES = "certificates.cert-manager.io"


def kind(name: str) -> Kind:
    plural, _, group = name.partition(".")
    return Kind(group, "v1", plural, plural.title())


@given(st.sets(st.sampled_from([*SAVED, *NEVER, CERTIFICATES, "widgets.example.com"])), st.booleans())
def test_every_served_kind_is_saved_or_left_out_with_a_reason(served: set[str], opted: bool) -> None:
    chosen = choose(map(kind, served), [CERTIFICATES] if opted else [])
    saved = [str(each) for each in chosen.kinds]
    assert served == ({*saved} | {*chosen.left_out}) - ({CERTIFICATES} - served)
    assert not {*saved} & {*chosen.left_out}
    assert all(chosen.left_out.values())
    ranks = [SAVED.index(each) if each in SAVED else len(SAVED) for each in saved]
    assert ranks == sorted(ranks)


def test_kinds_of_crds_are_saved_when_asked_for() -> None:
    served = [kind(CERTIFICATES), kind("deployments.apps")]
    assert choose(served).left_out == {CERTIFICATES: UNASKED}
    assert [str(each) for each in choose(served, [CERTIFICATES]).kinds] == ["deployments.apps", CERTIFICATES]


def test_secrets_and_backups_are_never_saved_even_when_asked_for() -> None:
    names = ["secrets", "volumesnapshots.snapshot.storage.k8s.io"]
    chosen = choose(map(kind, names), names)
    assert chosen.kinds == () and set(chosen.left_out) == set(names)


def test_a_kind_that_the_cluster_does_not_serve_is_named() -> None:
    assert choose([], [CERTIFICATES]).left_out == {CERTIFICATES: "the cluster has no such kind"}


def test_what_others_refer_to_comes_first() -> None:
    order = [
        SAVED.index(name) for name in ("serviceaccounts", "configmaps", "persistentvolumeclaims", "pods")
    ]
    assert order == sorted(order) and SAVED.index("pods") < SAVED.index("statefulsets.apps")


def test_a_wanted_kind_whose_api_is_silent_is_not_taken_for_one_that_nobody_installed() -> None:
    chosen = choose([], [CERTIFICATES], {"cert-manager.io": "no endpoints", "metrics.k8s.io": "no endpoints"})
    assert chosen.unanswered == {CERTIFICATES: "its API did not answer: no endpoints"}
    assert chosen.left_out["metrics.k8s.io"] == "its API did not answer: no endpoints"


def test_kinds_that_nobody_asked_for_are_kept_to_know_what_they_make() -> None:
    served = [kind(CERTIFICATES), kind("secrets"), kind("pods")]
    assert [str(each) for each in choose(served).others] == [CERTIFICATES]
    assert choose(served, [CERTIFICATES]).others == ()
