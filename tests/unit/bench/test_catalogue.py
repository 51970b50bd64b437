"""Pages of the catalogue are whole, and cost the same wherever they are in the list."""

from __future__ import annotations

from bench.catalogue import PAGE, SLOTS, figures


def test_every_page_is_full_and_costs_one_call() -> None:
    *pages, claim = figures()

    assert [page.values["points"] for page in pages] == [PAGE] * 3
    assert {page.values["calls"] for page in pages} == {1}
    assert (
        max(page.values["read_units"] for page in pages)
        <= min(page.values["read_units"] for page in pages) + 1
    )
    assert claim.values["points"] == SLOTS
