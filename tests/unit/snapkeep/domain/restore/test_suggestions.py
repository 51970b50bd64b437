"""The suggested command works where any command can, and says why where none can."""

from __future__ import annotations

import shlex
from itertools import islice

from snapkeep.domain.drivers import EBS_CSI, IN_TREE
from snapkeep.domain.naming import NAME_LIMIT, is_claim_name
from snapkeep.domain.restore.suggestions import names_for, other_names, suggestion, wanted
from snapkeep.domain.restore.targets import ClassFacts
from tests.fakes.preflight_samples import GIB, GP3, POINT, a_point, a_target

GP2 = ClassFacts("gp2", IN_TREE, waits_for_consumer=False)


def test_the_command_asks_for_the_point_by_its_id_and_for_the_size_it_needs() -> None:
    point = a_point(size_bytes=12 * GIB, requested="10Gi")
    found = suggestion(wanted(point, "myeks", "ebs-claim-restored"), point, a_target())
    assert found.command == (
        f"snapkeep restore {POINT} --cluster myeks --namespace shop --as ebs-claim-restored --size 12Gi"
    )
    assert found.trouble == ""


def test_a_class_that_cannot_restore_or_is_gone_is_replaced_by_one_that_can() -> None:
    for name in ("gp2", "gone", ""):
        point = a_point(storage_class=name, fs_type="xfs")
        target = a_target(classes={"gp2": GP2, "gp3": GP3})
        found = suggestion(wanted(point, "myeks", "new"), point, target)
        assert found.command.endswith("--class gp3")
        assert found.trouble == ""


def test_where_no_class_can_serve_the_command_says_what_is_missing() -> None:
    point = a_point(storage_class="gp2", driver=EBS_CSI.name)
    found = suggestion(wanted(point, "myeks", "new"), point, a_target(classes={"gp2": GP2}))
    assert "--class" not in found.command
    assert found.trouble.startswith("storage class gp2 uses the in-tree plugin")
    assert "create a storage class" in found.trouble


def test_a_point_of_another_cluster_is_read_from_there() -> None:
    point = a_point(cluster="gone")
    words = shlex.split(suggestion(wanted(point, "myeks", "new"), point, a_target()).command)
    assert words[words.index("--from-cluster") + 1] == "gone"


def test_a_name_in_quotes_stays_one_word() -> None:
    point = a_point(namespace="x; rm -rf ~")
    found = suggestion(wanted(point, "myeks", "new"), point, a_target())
    assert "'x; rm -rf ~'" in found.command


def test_names_are_tried_from_the_claims_own_on_and_always_fit() -> None:
    assert list(islice(names_for("data"), 4)) == [
        "data",
        "data-restored",
        "data-restored-2",
        "data-restored-3",
    ]
    long = f"{'a' * 243}.{'b' * 9}"
    assert len(long) == NAME_LIMIT
    assert all(is_claim_name(name) for name in islice(names_for(long), 12))


def test_other_names_number_on_and_never_stack_their_suffix() -> None:
    assert list(islice(other_names("data"), 2)) == ["data-restored", "data-restored-2"]
    assert list(islice(other_names("data-restored"), 2)) == ["data-restored-2", "data-restored-3"]
    assert list(islice(other_names("data-restored-2"), 2)) == ["data-restored", "data-restored-3"]
