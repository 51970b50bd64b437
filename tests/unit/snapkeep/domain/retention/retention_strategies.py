"""Points and rules for the laws of retention: crowded where calendars are difficult.

No strategy is made while one draws: Hypothesis would examine it each time, which took a third of all time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import (
    Candidate,
    Protection,
    archived,
    backs_image,
    held,
    in_recycle_bin,
    locked,
)
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention
from snapkeep.domain.retention.plan import Earlier
from snapkeep.domain.retention.rules import COUNT_RULES, DURATION_RULES, Duration, RetentionRules

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

zones = st.sampled_from(
    [
        UTC,
        *map(
            ZoneInfo,
            (
                "Asia/Seoul",
                "America/New_York",
                "Europe/Berlin",
                "Australia/Lord_Howe",
                "America/St_Johns",
                "America/Nuuk",
                "Pacific/Apia",
                "Pacific/Kiritimati",
            ),
        ),
    ]
)

_CORNERS = [
    NOW,
    datetime(2026, 11, 1, 6, 0, tzinfo=UTC),  # autumn in New York
    datetime(2026, 10, 25, 1, 0, tzinfo=UTC),  # autumn in Berlin and Nuuk
    datetime(2026, 3, 8, 7, 0, tzinfo=UTC),  # spring in New York
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # spring in Berlin
    datetime(2021, 1, 4, 0, 0, tzinfo=UTC),  # ISO week 53 of 2020 ends
    datetime(2024, 3, 1, 0, 0, tzinfo=UTC),  # after a leap day
    datetime(2026, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2011, 12, 30, 10, 0, tzinfo=UTC),  # Apia skips a day
]

_STEPS = [
    timedelta(seconds=1),
    timedelta(minutes=30),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=29),
]

times = st.builds(
    lambda corner, step, number: corner - step * number,
    st.sampled_from(_CORNERS),
    st.sampled_from(_STEPS),
    st.integers(-3, 20),
)


_OFFSETS = [step * number for number in range(20, -4, -1) for step in _STEPS]


@cache
def _offsets(size: int) -> st.SearchStrategy[list[timedelta]]:
    return st.lists(st.sampled_from(_OFFSETS), min_size=size, max_size=size)


def rows(most: int) -> st.SearchStrategy[list[datetime]]:
    """Times around one corner, so that many meet in one period or exactly at the end of a duration."""
    return st.builds(
        lambda corner, found: [corner - offset for offset in found],
        st.sampled_from([NOW, NOW, NOW, *_CORNERS]),
        st.sampled_from([0, 1, 2, most // 2, most]).flatmap(_offsets),
    )


spans = st.builds(
    Duration,
    years=st.sampled_from([0, 0, 0, 1, 3]),
    months=st.sampled_from([0, 0, 0, 1, 2, 14]),
    days=st.sampled_from([0, 0, 1, 2, 7, 29, 40]),
    hours=st.sampled_from([0, 0, 1, 6, 30]),
).filter(lambda span: span != Duration())

_perhaps_span = st.one_of(st.none(), spans)
counts = st.one_of(st.integers(1, 8), st.just("all"))
_perhaps_count = st.one_of(st.none(), counts)

_PLAIN: tuple[PointState, tuple[Protection, ...], bool] = (PointState.READY, (), False)
_KINDS = [
    *[_PLAIN] * 8,
    *[(state, (), late) for state in PointState for late in (False, True)],
    (PointState.FAILED, (held("restore op-1"),), False),
    *[
        (PointState.READY, protections, False)
        for protections in (
            (held("restore op-1"), locked("governance", NOW + timedelta(days=1))),
            (backs_image("ami-1"),),
            (archived(NOW - timedelta(days=3)),),
            (in_recycle_bin(NOW + timedelta(days=7)),),
        )
    ],
]


def ready_points(most: int = 30) -> st.SearchStrategy[list[Candidate]]:
    """Ready points of one lineage, none in the future."""
    return rows(most).map(
        lambda found: [
            Candidate(f"p{n:02}", time, PointState.READY) for n, time in enumerate(found) if time <= NOW
        ]
    )


@cache
def points(prefix: str = "p", most: int = 20) -> st.SearchStrategy[list[Candidate]]:
    """Points of one lineage in all states; most of them are ready and unprotected."""
    return st.builds(
        lambda found, kinds: [
            Candidate(f"{prefix}{n:02}", time, *kind)
            for n, (time, kind) in enumerate(zip(found, kinds, strict=False))
        ],
        rows(most),
        st.lists(st.sampled_from(_KINDS), min_size=most, max_size=most),
    )


_RULES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(COUNT_RULES, counts),
    **dict.fromkeys(DURATION_RULES, spans),
}
_chosen = st.lists(st.sampled_from(sorted(_RULES)), min_size=1, max_size=5, unique=True)
_minimum = st.one_of(st.just(1), st.integers(1, 5))


@cache
@st.composite
def rules(draw: st.DrawFn) -> RetentionRules:
    """Rules that keep something; most are absent, as in life."""
    return RetentionRules(
        **{name: draw(_RULES[name]) for name in draw(_chosen)},
        max_age=draw(_perhaps_span),
        after_claim_deleted=draw(_perhaps_span),
        minimum=draw(_minimum),
    )


_more = st.integers(0, 5)
_more_time = st.tuples(_more, _more, _more, _more)
_perhaps_more_time = st.one_of(st.none(), _more_time)
_more_minimum = st.integers(0, 3)


@cache
@st.composite
def rules_and_longer(draw: st.DrawFn) -> tuple[RetentionRules, RetentionRules]:
    """Rules, and others that ask for as much or more in every line."""
    short = draw(rules())
    longer: dict[str, Any] = {}
    for name in COUNT_RULES:
        longer[name] = draw(_at_least(getattr(short, name)))
    for name in DURATION_RULES:
        span = getattr(short, name)
        longer[name] = draw(_perhaps_span) if span is None else _longer(span, draw(_more_time))
    for name in ("max_age", "after_claim_deleted"):
        span = getattr(short, name)
        more = None if span is None else draw(_perhaps_more_time)
        longer[name] = None if more is None else _longer(span, more)
    return short, RetentionRules(**longer, minimum=short.minimum + draw(_more_minimum))


@cache
def _at_least(count: int | str | None) -> st.SearchStrategy[Any]:
    if count is None:
        return _perhaps_count
    if count == "all":
        return st.just("all")
    return st.one_of(st.just("all"), st.integers(int(count), int(count) + 5))


def _longer(span: Duration, more: tuple[int, int, int, int]) -> Duration:
    years, months, days, hours = more
    return Duration(span.years + years, span.months + months, span.days + days, span.hours + hours)


earlier = st.lists(
    st.builds(Earlier, rules(), zones, st.sampled_from([NOW - timedelta(hours=h) for h in (1, 71, 72, 500)])),
    max_size=2,
).map(tuple)

policy_retentions = st.builds(PolicyRetention, rules(), zones, earlier)


_names = st.lists(
    st.sampled_from(["nightly", "hourly", "interruption", "on-demand", "forgotten"]), min_size=1, unique=True
)
_configured = st.sets(st.sampled_from(["interruption", "on-demand"]))
_perhaps_past = st.one_of(st.none(), times.filter(lambda time: time <= NOW))


@cache
@st.composite
def claims(draw: st.DrawFn) -> tuple[list[Lineage], dict[str, PolicyRetention]]:
    """The lineages of one claim under scheduled, built-in and forgotten policies, with what they keep."""
    names, gone = draw(_names), draw(_perhaps_past)
    lineages = [Lineage("claim-1", name, draw(points(name, 8)), gone) for name in names]
    policies = {name: draw(policy_retentions) for name in ("nightly", "hourly", *draw(_configured))}
    return lineages, policies
