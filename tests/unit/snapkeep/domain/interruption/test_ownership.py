"""Whose an instance is, by its tags."""

from __future__ import annotations

from snapkeep.domain.interruption.ownership import Owner, owner

IN_ORDER = {
    "aws:eks:cluster-name": "a",
    "eks:cluster-name": "b",
    "eks:eks-cluster-name": "c",
    "kubernetes.io/cluster/d": "owned",
    "alpha.eksctl.io/cluster-name": "e",
}


def test_the_five_keys_count_in_their_order() -> None:
    tags, found = dict(IN_ORDER), []
    for key in IN_ORDER:
        named = owner(tags)
        assert named is not None and named.tag == key
        found.append(named.cluster)
        del tags[key]
    assert found == ["a", "b", "c", "d", "e"]
    assert owner(tags) is None


def test_the_autoscaler_s_tag_names_no_cluster() -> None:
    assert owner({"k8s.io/cluster-autoscaler/lab": "owned", "Name": "web"}) is None


def test_an_instance_shared_by_two_clusters_is_nobody_s() -> None:
    assert owner({"kubernetes.io/cluster/one": "shared", "kubernetes.io/cluster/two": "shared"}) is None


def test_an_empty_name_leaves_the_word_to_the_next_key() -> None:
    assert owner({"aws:eks:cluster-name": "", "eks:cluster-name": "lab"}) == Owner("lab", "eks:cluster-name")
