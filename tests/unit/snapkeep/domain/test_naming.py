"""Names: always valid, always short enough, never equal for different things."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.naming import (
    backup_schedule,
    is_claim_name,
    is_deployment_name,
    is_name,
    label_value,
    one_line,
    point_id,
    snapshot_class,
    tag_value,
)

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)
DNS_1123_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")

texts = st.text(max_size=300)
slots = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: SLOT + timedelta(minutes=minutes))


def test_a_point_is_named_after_its_claim_and_slot() -> None:
    name = point_id("mysql-pv-claim", "myeks", "6c5e1f0a", "wordpress", SLOT)
    assert re.fullmatch(r"mysql-pv-claim-20261124t180000z-[0-9a-f]{10}", name)


def test_the_same_slot_in_another_zone_gives_the_same_name() -> None:
    seoul = SLOT.astimezone(timezone(timedelta(hours=9)))
    assert point_id("data", "myeks", "uid", "nightly", seoul) == point_id(
        "data", "myeks", "uid", "nightly", SLOT
    )


def test_a_claim_made_again_under_its_old_name_gets_other_points() -> None:
    assert point_id("data", "myeks", "uid-1", "nightly", SLOT) != point_id(
        "data", "myeks", "uid-2", "nightly", SLOT
    )


def test_two_deployments_name_the_point_of_a_slot_differently() -> None:
    blue, green, before = (
        point_id("data", "myeks", "uid", "nightly", SLOT, name) for name in ("blue", "green", "")
    )
    assert len({blue, green, before}) == 3
    assert before == point_id("data", "myeks", "uid", "nightly", SLOT)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("snapkeep", True), ("a", True), ("a" * 21, True), ("a" * 22, False)]
    + [(text, False) for text in ("", "1a", "-a", "A", "a_b", "a\n", "a=b")],
)
def test_names_of_deployments(name: str, is_one: bool) -> None:
    assert is_deployment_name(name) is is_one


def test_dots_in_a_claim_name_become_dashes_and_trimming_leaves_no_dash_before_the_slot() -> None:
    assert point_id("db.example.com", "c", "u", "p", SLOT).startswith("db-example-com-2026")
    trimmed = point_id("a" * 34 + "-" + "b" * 60, "c", "u", "p", SLOT)
    assert trimmed.startswith("a" * 34 + "-2026")


@given(claim=texts, cluster=texts, uid=texts, policy=texts, slot=slots)
def test_point_ids_are_always_dns_labels(
    claim: str, cluster: str, uid: str, policy: str, slot: datetime
) -> None:
    name = point_id(claim, cluster, uid, policy, slot)
    assert DNS_1123_LABEL.fullmatch(name)
    assert name == point_id(claim, cluster, uid, policy, slot)


@given(prefix=st.text(min_size=100, max_size=200), one=texts, other=texts)
def test_long_common_beginnings_stay_apart(prefix: str, one: str, other: str) -> None:
    if one == other:
        other = one + "x"
    for name in (label_value, tag_value):
        assert name(prefix + one) != name(prefix + other)
    assert point_id("data", "c", prefix + one, "p", SLOT) != point_id("data", "c", prefix + other, "p", SLOT)


def test_parts_that_read_alike_when_joined_stay_apart() -> None:
    assert point_id("data", "a", "bc", "p", SLOT) != point_id("data", "ab", "c", "p", SLOT)


@given(texts)
def test_label_values_are_always_valid(text: str) -> None:
    value = label_value(text)
    assert len(value) <= 63
    assert LABEL_VALUE.fullmatch(value)


@given(st.from_regex(LABEL_VALUE, fullmatch=True).filter(lambda text: len(text) <= 63))
def test_valid_label_values_are_left_alone(text: str) -> None:
    assert label_value(text) == text


@given(st.text(alphabet=st.characters(), max_size=600))
def test_tag_values_always_fit_and_print(text: str) -> None:
    value = tag_value(text)
    assert len(value) <= 256
    assert value.isprintable()


def test_tag_values_that_fit_are_left_alone() -> None:
    assert tag_value("wordpress/데이터 {{ }} =1+1") == "wordpress/데이터 {{ }} =1+1"
    assert tag_value("x" * 256) == "x" * 256
    assert len(tag_value("x" * 257)) == 256


@pytest.mark.parametrize("cluster", ["myeks", "team-1"])
def test_the_snapshot_class_is_named_after_its_cluster(cluster: str) -> None:
    assert snapshot_class(cluster) == f"snapkeep-{cluster}"


def test_clusters_that_kubernetes_could_not_name_get_classes_of_their_own() -> None:
    classes = {snapshot_class(name) for name in ("My_EKS", "my-eks", "MY_eks", "my_eks_")}
    assert len(classes) == 4
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) for name in classes)


eks_names = st.from_regex(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", fullmatch=True)
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"""


def alike(name: str) -> st.SearchStrategy[str]:
    """Names that are easily mistaken for this one."""
    changes = (name.lower(), name.upper(), name.replace("_", "-"), name.replace("-", "_"), name[:99] + "x")
    return st.sampled_from(changes) | eks_names


@given(eks_names.flatmap(lambda name: st.tuples(st.just(name), alike(name))))
def test_clusters_that_look_alike_never_share_a_name(clusters: tuple[str, str]) -> None:
    one, other = clusters
    for named in (snapshot_class, lambda cluster: label_value(f"write-report.{cluster}")):
        assert (named(one) == named(other)) is (one == other)
    assert is_claim_name(snapshot_class(one))
    assert re.fullmatch(r"[0-9a-zA-Z_.-]{1,64}", label_value(f"write-report.{one}"))


@given(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True))
def test_schedules_of_policies_fit_scheduler_and_are_no_other_schedule(policy: str) -> None:
    name = backup_schedule(policy)
    assert re.fullmatch(r"[0-9a-zA-Z_.-]{1,64}", name)
    assert name.startswith("backup.")
    assert backup_schedule(f"{policy}x") != name


@pytest.mark.parametrize(
    ("text", "valid"),
    [("shop", True), ("a-1", True), ("a" * 63, True), ("a" * 64, False), ("", False), ("A", False)]
    + [(text, False) for text in ("a.b", "-a", "a-", "a/b", "../x", "a\n")],
)
def test_a_namespace_has_a_dns_label_for_a_name(text: str, valid: bool) -> None:
    assert is_name(text) is valid


def test_one_line_escapes_what_a_terminal_or_a_journal_could_not_take() -> None:
    assert one_line("data 1.txt, Ünïcode") == "data 1.txt, Ünïcode"
    assert one_line("a\x1b[31m\n\u202eb\udc80") == r"a\x1b[31m\n\u202eb\udc80"
