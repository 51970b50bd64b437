"""Keys: no two things share one, and `infra` makes the indexes that the journal asks."""

from __future__ import annotations

from datetime import UTC, datetime

from infra.constructs.journal_table import INDEXES
from snapkeep.adapters.dynamodb import schema


def test_the_table_of_the_stack_has_the_indexes_that_the_journal_asks() -> None:
    assert INDEXES == {
        schema.POINTS_INDEX: schema.POINTS_INDEX_KEYS,
        schema.OPEN_INDEX: schema.OPEN_INDEX_KEYS,
        schema.RUNS_INDEX: schema.RUNS_INDEX_KEYS,
    }


def test_no_two_things_share_a_key() -> None:
    keys = [
        schema.run_key("r"),
        schema.point_key("r", "p"),
        schema.point_key("r", "q"),
        schema.left_key("r", 0),
        schema.left_key("r", 1),
        schema.seen_key("c", "p"),
        schema.pace_key("c/p"),
    ]
    assert len({tuple(sorted(key.items())) for key in keys}) == len(keys)


def test_pages_of_what_was_left_sort_as_they_count() -> None:
    sort_keys = [schema.left_key("r", number)[schema.SK] for number in (0, 2, 10, 200)]
    assert sort_keys == sorted(sort_keys)


def test_closed_things_stay_for_ninety_days() -> None:
    closed = datetime(2026, 1, 1, tzinfo=UTC)
    assert schema.expiry(closed) == int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())
