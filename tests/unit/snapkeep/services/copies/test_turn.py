"""A turn at a place: what one of its parts may break."""

from __future__ import annotations

from snapkeep.domain.errors import PermanentError
from snapkeep.services.copies.turn import PlaceReport, Turn
from tests.fakes.copying import OSAKA, CopyWorld


def test_trouble_in_a_part_is_reported_under_its_place_and_stops_nothing() -> None:
    world = CopyWorld("mysql")
    report = PlaceReport("osaka")
    turn = Turn(OSAKA, "me", world.osaka, world.osaka, world.journal.copies, report, {})
    for error in (PermanentError("no"), RuntimeError("odd")):
        with turn.part(type(error).__name__):
            raise error
    assert report.given_up == {
        "osaka: PermanentError": "no",
        "osaka: RuntimeError": "unexpected RuntimeError",
    }
