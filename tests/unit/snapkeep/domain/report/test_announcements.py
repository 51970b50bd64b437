"""What people read of an event: one safe, short sentence, and where the runbook is."""

from __future__ import annotations

import json
from pathlib import Path

from snapkeep.domain.report.announcements import LONGEST, RUNBOOKS, Event, reading

PAGES = Path(__file__).parents[5] / "docs" / "runbooks"
SLOT = {"cluster": "shop", "policy": "nightly", "slot": "2026-12-02T01:00:00+00:00"}


def test_a_missed_slot_is_one_sentence_with_its_reason() -> None:
    assert reading(Event.SLOT_MISSED, {**SLOT, "reason": "EC2 was away"}) == {
        "text": "nightly in shop: no run for slot 2026-12-02T01:00:00+00:00: EC2 was away",
        "runbook": "run-failed",
    }


def test_problems_are_named_up_to_three() -> None:
    troubles = [{"subject": f"web/data-{number}", "reason": "late"} for number in range(5)]
    detail = {"cluster": "shop", "about": "nightly", "total": 5, "troubles": troubles}

    text = reading(Event.BACKUP_LATE, detail)["text"]

    assert text == "nightly in shop, 5 in all: web/data-0: late; web/data-1: late; web/data-2: late"


def test_what_no_cluster_is_configured_for_says_so() -> None:
    detail = {
        "cluster": "",
        "counts": {"late snapshot": 2, "VolumeSnapshot": 1},
        "dollars_a_month_at_most": 3,
    }

    assert reading(Event.ORPHANS_FOUND, detail)["text"].startswith("no configured cluster: 3 orphans")


def test_a_text_fits_into_a_json_string_as_it_is() -> None:
    """EventBridge's input transformers put a value into a template without escaping it."""
    hostile = 'a "quoted"\nC:\\path \t {braces} <tags>'
    text = reading(Event.CLUSTER_GONE, {"cluster": "shop", "reason": hostile})["text"]

    assert json.loads(f'{{"description": "{text}"}}') == {"description": text}
    assert "{braces} ‹tags›" in text


def test_a_reason_calls_nobody_and_links_nowhere_in_a_chat() -> None:
    reason = "denied by the webhook: <!channel> <https://evil.example|runbook>"
    text = reading(Event.CLUSTER_GONE, {"cluster": "shop", "reason": reason})["text"]

    assert "<" not in text and ">" not in text


def test_a_long_reason_is_cut() -> None:
    text = reading(Event.POLICY_ORPHANED, {"cluster": "shop", "reason": "x" * 5_000})["text"]

    assert (len(text), text[-1]) == (LONGEST, "…")


def test_each_runbook_is_a_page() -> None:
    assert {page for page in RUNBOOKS.values() if not (PAGES / f"{page}.md").is_file()} == set()


def test_what_only_machines_read_has_no_runbook() -> None:
    assert "runbook" not in reading(
        Event.CHANGED, {"caller": "dev", "method": "PUT", "path": "/holds", "status": 201}
    )
