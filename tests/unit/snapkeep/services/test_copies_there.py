"""Copies in a place: those of the cluster and of this deployment, and none that cannot be read."""

from __future__ import annotations

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.services.copies_there import copies_there
from tests.fakes.copying import OSAKA, CopyWorld


def test_only_what_can_be_read_as_a_copy_of_the_cluster_is_found() -> None:
    world = CopyWorld("mysql", "wordpress")
    world.live(minutes=10)

    def found(claim: str = "") -> list[str]:
        asked = {tags.CLAIM: claim} if claim else {}
        return sorted(copy.claim.name for copy in copies_there(world.regions, OSAKA, "myeks", asked))

    assert found() == ["mysql", "wordpress"]
    assert found(claim="mysql") == ["mysql"]
    assert copies_there(world.regions, OSAKA, "other", {}) == []
    (mysql,) = world.copies()["mysql"]
    mysql.tags[copy_tags.TAKEN] = "yesterday"
    assert found() == ["wordpress"]
