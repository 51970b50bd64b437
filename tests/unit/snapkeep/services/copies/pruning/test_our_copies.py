"""Right before a copy is deleted: what must still be true of it, and of the one that stays instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.places import Home
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.services.copies.pruning.our_copies import NoObjects, OurCopies
from tests.contract.ports.samples import NOW
from tests.unit.snapkeep.domain.copies.copy_samples import HOME, a_copy_of, a_source

OURS = OurCopies("blue", "myeks", "osaka", Home("", HOME.region))
OLD = a_copy_of(a_source(slot=NOW - timedelta(days=1)))
NEW = a_copy_of(a_source())


def marked(copy: Snapshot, *keys: str) -> Snapshot:
    return replace(copy, tags=copy.tags | dict.fromkeys(keys, "true"))


def planned(copy: Snapshot = OLD, *, shield: str = NEW.id, counts: bool = True) -> PlannedDeletion:
    return PlannedDeletion(copy.id, "why", shield, counts=counts, point=copy.tags[tags.POINT])


def test_only_what_is_tagged_as_our_copy_there_may_go() -> None:
    OURS.check(OLD)
    for key in (tags.MANAGED, tags.DEPLOYMENT, tags.CLUSTER, copy_tags.PLACE):
        for other in ("other", ""):
            with pytest.raises(PermanentError, match=f"its tag {key} is no longer"):
                OURS.check(replace(OLD, tags=OLD.tags | {key: other}))
    for whence in ("", "111122223333/us-east-1", "222233334444/ap-northeast-2"):
        with pytest.raises(PermanentError, match="its tag snapkeep:copy-from says"):
            OURS.check(replace(OLD, tags=OLD.tags | {copy_tags.COPY_FROM: whence}))
    with pytest.raises(PermanentError, match="somebody edited them"):
        OURS.check(replace(OLD, tags=OLD.tags | {tags.POLICY: "weekly"}))


def test_a_good_copy_of_the_claim_must_stay_and_the_point_must_be_the_planned_one() -> None:
    OURS.check_planned(planned(), OLD, NEW)
    with pytest.raises(PermanentError, match="when it was planned"):
        OURS.check_planned(replace(planned(), point="another"), OLD, NEW)
    of_another = a_copy_of(a_source("other"))
    pending = replace(NEW, state=SnapshotState.PENDING)
    for good in (None, pending, replace(NEW, archived=True), marked(NEW, tags.DUPLICATE), of_another, OLD):
        with pytest.raises(PermanentError, match=r"could stay instead|must stay"):
            OURS.check_planned(planned(), OLD, good)


def test_a_second_copy_needs_its_mark_and_the_good_one_of_its_point() -> None:
    second = marked(replace(NEW, id="copy-2"), tags.DUPLICATE)
    item = planned(second, counts=False)
    OURS.check_planned(item, second, NEW)
    for going, good in ((second, OLD), (second, None), (replace(NEW, id="copy-2"), NEW)):
        with pytest.raises(PermanentError):
            OURS.check_planned(item, going, good)


def test_failed_and_cancelled_copies_need_no_other() -> None:
    failed = replace(OLD, state=SnapshotState.ERROR)
    OURS.check_planned(planned(shield="", counts=False), failed, None)
    OURS.check_planned(planned(shield="", counts=False), marked(OLD, copy_tags.CANCELLED), None)
    with pytest.raises(PermanentError, match="no longer marked"):
        OURS.check_planned(planned(shield="", counts=False), OLD, None)
    with pytest.raises(PermanentError):
        OURS.check_planned(planned(shield="", counts=True), failed, None)


def test_no_cluster_has_objects_of_a_copy_not_even_of_a_drivers_point() -> None:
    by_driver = replace(OLD, tags=OLD.tags | {tags.METHOD: "csi"})
    assert NoObjects().remove(OLD.id, by_driver) == [] and NoObjects().left([]) == []
