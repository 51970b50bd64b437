"""Tag keys: the one place where what we write and what we may write could part."""

from __future__ import annotations

from infra.permissions import tag_keys
from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE
from snapkeep.domain.policies import USUAL_NAME
from tests.fakes.world import World, a_claim


def test_keys_are_ours_or_the_drivers() -> None:
    strangers = [key for key in tag_keys.VERDICT_TAG_KEYS if not key.startswith("snapkeep:")]

    assert strangers == [
        "ebs.csi.aws.com/cluster",
        "ebs.csi.aws.com/cluster-name",
        "ebs.csi.eks.amazonaws.com/cluster",
        "eks:eks-cluster-name",
    ]


def test_all_tags_of_a_point_may_be_completed_but_those_that_make_it_ours() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    missing = set(tags.full_tags(world.point("mysql"))) - set(tag_keys.COMPLETION_TAG_KEYS)

    assert missing == {tags.MANAGED, tags.CLUSTER}


def test_what_only_a_driver_writes_is_not_completed() -> None:
    assert not set(tag_keys.COMPLETION_TAG_KEYS) & {
        *(set(tags.class_tags("myeks", USUAL_NAME)) - {tags.DEPLOYMENT}),
        *AUTO_MODE.tags("myeks"),
    }


def test_the_mark_of_a_duplicate_is_a_verdict_and_the_hold_is_nobodys() -> None:
    assert set(tag_keys.VERDICT_TAG_KEYS) - set(tag_keys.POINT_TAG_KEYS) == {tags.DUPLICATE}
    assert tags.HOLD not in tag_keys.VERDICT_TAG_KEYS
