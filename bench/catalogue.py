"""The journal's cost of a page of recovery points, at the start, in the middle and at the end of a list.

It makes the API's calls, counted against DynamoDB in memory, and adds one page for a single claim.
`tests/integration/test_catalogue_scale.py` does the same through the deployed API.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bench.figures import Figure
from bench.simulation.deployment import SLOT
from bench.work import meter
from snapkeep.domain.report.catalogue import Entry, PointQuery

CLUSTER, NAMESPACE = "bench", "shop"
CLAIMS, SLOTS, PAGE = 20, 50, 100
CALLS_ALLOWED = 1


def entries() -> list[Entry]:
    """A point of each claim and slot."""
    return [
        Entry(
            NAMESPACE,
            f"data-{claim:02}",
            SLOT - timedelta(hours=6) * slot,
            f"data-{claim:02}-{slot:03}",
            f"snap-{claim:08x}{slot:09x}",
            "nightly",
        )
        for claim in range(CLAIMS)
        for slot in range(SLOTS)
    ]


def figures() -> Iterator[Figure]:
    """Pages of 1,000 points, by position in the list."""
    with meter() as metered:
        metered.journal.catalogue.put_entries(CLUSTER, entries())
        pages = CLAIMS * SLOTS // PAGE
        after = ""
        for number in range(1, pages + 1):
            metered.begin()
            page = metered.journal.catalogue.entries(CLUSTER, "", after, PAGE)
            after = page[-1].place
            if number in (1, pages // 2, pages):
                yield _figure(
                    f"page {number} of {pages}", len(page), metered.client.calls, metered.client.reads
                )
        metered.begin()
        of_claim = PointQuery(namespace=NAMESPACE, claim="data-00").prefix
        page = metered.journal.catalogue.entries(CLUSTER, of_claim, "", PAGE)
        yield _figure("one claim", len(page), metered.client.calls, metered.client.reads)


def _figure(what: str, points: int, calls: int, reads: float) -> Figure:
    values = {"points": points, "calls": calls, "read_units": reads}
    return Figure(what, values, {"calls": CALLS_ALLOWED})
