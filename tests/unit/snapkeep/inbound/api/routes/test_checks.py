"""A suspicious point is accepted through the API, once, with a reason and its caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.suspicions import Suspicion
from tests.fakes.api import CALLER, Api
from tests.fakes.world import SLOT, World

HERE = "/v1/clusters/myeks/recovery-points"


@pytest.fixture
def suspicious(world: World, point: str) -> str:
    """The id of a point that is suspicious."""
    (snapshot,) = world.ebs.all.values()
    subject = Subject(point, snapshot.id, "myeks", "shop", "data", "uid-1", SLOT + timedelta(minutes=1))
    world.journal.suspicions.write_suspicion(Suspicion(subject, "it was formatted anew", "snap-good"))
    return point


def test_an_accepted_point_is_suspicious_no_more_and_the_change_is_audited(
    api: Api, world: World, suspicious: str
) -> None:
    reply = api("PUT", f"{HERE}/{suspicious}/acceptance", {"because": "we moved to XFS"})
    assert reply.status == 200
    expected = {"recovery_point": suspicious, "accepted_by": CALLER, "because": "we moved to XFS"}
    assert reply.json == expected
    assert list(world.journal.suspicions.suspicions("myeks")) == []
    assert [(each.method, each.status) for each in world.announcer.changes] == [("PUT", 200)]


def test_nobody_accepts_what_is_not_suspicious_or_elsewhere(api: Api, world: World, suspicious: str) -> None:
    body = {"because": "it is good"}
    reply = api("PUT", f"{HERE}/other/acceptance", body)
    assert reply.status == 404
    assert "no check of myeks found other suspicious" in reply.text
    assert api("PUT", f"/v1/clusters/nope/recovery-points/{suspicious}/acceptance", body).status == 404
    assert len(world.journal.suspicions.suspicions("myeks")) == 1
    assert world.announcer.changes == []


@pytest.mark.parametrize("body", [{}, {"because": ""}, {"because": "x" * 501}, {"because": "x", "by": "me"}])
def test_a_reason_is_needed_and_nothing_else(api: Api, world: World, suspicious: str, body: object) -> None:
    assert api("PUT", f"{HERE}/{suspicious}/acceptance", body).status in (400, 422)
    assert len(world.journal.suspicions.suspicions("myeks")) == 1
