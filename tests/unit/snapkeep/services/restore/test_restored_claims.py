"""Looking at a restored claim: EC2 is asked what its volume was made from, and only while that matters."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.restore.bindings import Binding
from snapkeep.domain.restore.operations import Stage
from snapkeep.services.restore.restored_claims import RestoredClaims
from tests.fakes import FakeCluster, FakeClusters, FakeSnapshots
from tests.fakes.restore_samples import a_restore

MADE = a_restore(stage=Stage.CREATED)
WHERE = (MADE.namespace, MADE.target)


class Story:
    """A restore whose claim was made."""

    def __init__(self) -> None:
        self.cluster = FakeCluster()
        self.ebs = FakeSnapshots()
        self.claims = RestoredClaims(FakeClusters(self.cluster), self.ebs, self.ebs)
        self.cluster.create_restored_claim(MADE)

    def bound_to(self, volume_id: str | None = None) -> Binding | None:
        self.cluster.bind_restored(*WHERE, volume_id=volume_id)
        found = self.claims.look(MADE)
        return found.binding if found else None


def test_a_bound_claim_says_what_its_volume_was_made_from() -> None:
    found = Story().bound_to()
    assert found is not None and found.made_from == MADE.snapshot_id


def test_a_wrong_volume_names_the_one_that_the_point_was_taken_of() -> None:
    story = Story()
    story.ebs.add_volume("vol-source")
    story.ebs.add_volume("vol-free")
    point = story.ebs.create("vol-source", {}, "")
    story.cluster.bind_restored(*WHERE, volume_id="vol-free")
    found = story.claims.look(a_restore(stage=Stage.CREATED, snapshot_id=point.id))
    assert found is not None and found.binding is not None
    assert (found.binding.made_from, found.binding.point_volume) == ("", "vol-source")


def test_ec2_is_not_asked_about_what_is_no_ebs_volume_or_has_ended() -> None:
    story = Story()
    story.ebs.fail_next("made_from", TemporaryError("EC2 was asked"))
    assert story.bound_to("") == Binding("pv-data-restored")
    story.cluster.bind_restored(*WHERE)
    assert story.claims.look(a_restore(stage=Stage.BOUND)) is not None
    with pytest.raises(TemporaryError, match="EC2 was asked"):
        story.claims.look(MADE)


def test_a_cluster_that_is_gone_has_no_claim() -> None:
    assert RestoredClaims(FakeClusters(), FakeSnapshots(), FakeSnapshots()).look(MADE) is None
