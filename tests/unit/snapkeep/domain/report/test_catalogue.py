"""The order of the catalogue, what a filter admits, and cursors that belong to one list only."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import BadCursor
from snapkeep.domain.report.catalogue import (
    Entry,
    PointQuery,
    entry_of,
    read_cursor,
    sort_entries,
    write_cursor,
)
from tests.fakes.world import SLOT, World, a_claim


def an_entry(namespace: str = "shop", claim: str = "data", hours: int = 0, policy: str = "nightly") -> Entry:
    return Entry(namespace, claim, SLOT - timedelta(hours=hours), f"p-{hours}", f"snap-{hours}", policy)


def test_points_stand_by_namespace_then_claim_then_newest_first() -> None:
    expected = [
        an_entry("app", "data"),
        an_entry("app", "data", hours=5),
        an_entry("app", "data-2"),
        an_entry("app", "data.2"),
        an_entry("app-2", "a"),
    ]
    assert sort_entries(expected[::-1]) == expected


@pytest.mark.parametrize(
    ("wanted", "admits"),
    [
        (PointQuery(), True),
        (PointQuery(namespace="shop", claim="data", policy="nightly"), True),
        (PointQuery(namespace="shops"), False),
        (PointQuery(claim="dat"), False),
        (PointQuery(policy="weekly"), False),
        (PointQuery(since=SLOT), True),
        (PointQuery(since=SLOT + timedelta(seconds=1)), False),
        (PointQuery(until=SLOT), True),
        (PointQuery(until=SLOT - timedelta(seconds=1)), False),
    ],
)
def test_a_filter_admits_what_it_names(wanted: PointQuery, admits: bool) -> None:
    assert wanted.admits(an_entry()) is admits


def test_the_prefix_of_a_filter_is_the_beginning_of_the_places_it_admits() -> None:
    entry = an_entry("app", "data")
    for wanted in (PointQuery(), PointQuery("app"), PointQuery("app", "data")):
        assert entry.place.startswith(wanted.prefix)
    assert not an_entry("app-2", "data").place.startswith(PointQuery("app").prefix)
    assert not an_entry("app", "data-2").place.startswith(PointQuery("app", "data").prefix)


def test_a_cursor_goes_on_where_its_list_stopped() -> None:
    wanted = PointQuery("shop", since=datetime(2026, 1, 1, tzinfo=UTC))
    cursor = write_cursor("myeks", wanted, an_entry().place)
    assert read_cursor("myeks", wanted, cursor) == an_entry().place
    assert read_cursor("myeks", wanted, "") == ""
    assert cursor == quote(cursor, safe=""), "it needs no encoding in a URL"


def forged(place: object, cluster: str = "myeks", wanted: PointQuery | None = None) -> str:
    """A cursor of a list with another place in it."""
    written = write_cursor(cluster, wanted or PointQuery("shop"), "shop x")
    known = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    return base64.urlsafe_b64encode(json.dumps(known | {"after": place}).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "=",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'{"after": "x"}').decode(),
        write_cursor("other", PointQuery("shop"), "shop x"),
        write_cursor("myeks", PointQuery("shop", policy="nightly"), "shop x"),
        forged("secret-namespace x"),
        forged("shop \x00"),
        forged(["shop"]),
    ],
)
def test_a_cursor_of_another_list_or_of_none_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor, match="list from the start"):
        read_cursor("myeks", PointQuery("shop"), cursor)


def test_an_entry_is_read_from_tags_and_twins_have_none() -> None:
    world = World(a_claim("data"))
    world.back_up(SLOT)
    (snapshot,) = world.ebs.all.values()
    entry = entry_of(snapshot)
    assert entry is not None
    assert (entry.namespace, entry.claim, entry.slot, entry.policy) == ("shop", "data", SLOT, "nightly")
    assert (entry.point_id, entry.snapshot_id) == (world.point("data").id, snapshot.id)

    snapshot.tags[tags.DUPLICATE] = "true"
    assert entry_of(snapshot) is None
    del snapshot.tags[tags.DUPLICATE], snapshot.tags[tags.SLOT]
    assert entry_of(snapshot) is None
