"""What a place still gets stays in the standard tier: EC2 copies no archived snapshot."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.errors import TemporaryError
from snapkeep.wiring import copies
from tests.fakes.archiving import ArchiveWorld
from tests.fakes.copying import OSAKA, FakeCopyNews, to_osaka

NEEDED = "the copy to osaka needs it: EC2 copies no archived snapshot"
VAULT = Place("vault", "ap-northeast-3", OSAKA.kms_key, account="222233334444")


class CopyingWorld(ArchiveWorld):
    """Three monthly points, which are all wanted in a place."""

    def __init__(self, place: Place = OSAKA) -> None:
        rule = to_osaka(to=place.name, retention={"monthly": 36}, lock=None, backfill=9)
        super().__init__(months=3, copies=(rule,))
        self.deployment = replace(self.deployment, places=(place,))

    def copy(self) -> None:
        """copy_points begins what is wanted."""
        ports = replace(self.ports(), copy_news=FakeCopyNews())
        copies.take_copies(ports).run(self.nonce())


def test_a_point_stays_until_its_copy_is_complete() -> None:
    world = CopyingWorld()
    assert world.archive().staying[NEEDED] == 3
    world.copy()
    assert world.archive().staying[NEEDED] == 3
    world.regions.region(OSAKA.region).finish_copies()
    world.wait(minutes=10)
    world.copy()
    assert {each.stage for each in world.journal.copies.all.values()} == {CopyStage.READY}
    assert len(world.archive().begun) == 1


def test_what_a_vault_was_not_asked_for_yet_stays_too() -> None:
    assert (
        "the copy to vault needs it: EC2 copies no archived snapshot" in CopyingWorld(VAULT).archive().staying
    )


def test_a_place_that_retires_needs_nothing_more() -> None:
    assert CopyingWorld(replace(OSAKA, retire=True)).archive().begun


def test_what_people_asked_for_stays() -> None:
    world = CopyingWorld()
    world.copy()
    for key, record in world.journal.copies.all.items():
        world.journal.copies.all[key] = replace(
            record, stage=CopyStage.WAITING, asked_by="ann", asked_at=world.clock(), snapshot_id=""
        )
    world.deployment = replace(world.deployment, policies=(replace(world.policy, copies=()),))
    assert world.archive().staying[NEEDED] == 3


def test_while_a_place_does_not_answer_nothing_is_archived() -> None:
    world = CopyingWorld()
    world.regions.region(OSAKA.region).fail_next("find", TemporaryError("Osaka does not answer"))
    report = world.archive()
    assert report.given_up == {"myeks": "Osaka does not answer"}
    assert world.tiers.begun == []
