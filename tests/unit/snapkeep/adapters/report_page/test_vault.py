"""The page of a vault: all accounts, and nothing that a source wrote becomes markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.adapters.report_page.vault import MOST_CLAIMS, MOST_TEXT, render_vault, shown_text
from snapkeep.domain.vault.overview import ClaimCopies, SourceOverview, VaultOverview
from tests.fakes.vault_copies import PROD, STAGE, START, VaultWorld
from tests.unit.snapkeep.adapters.report_page.test_page import HOSTILE, Page


def a_claim(name: str = "data", text: str = "wordpress", age: int = 1) -> ClaimCopies:
    return ClaimCopies("myeks", text, name, "uid", 14, 1, START - timedelta(days=age), 20 * 2**30)


def a_vault(*claims: ClaimCopies, trouble: str = "") -> VaultOverview:
    troubles = [trouble] if trouble else []
    prod = SourceOverview(PROD, claims or [a_claim()], heard=START, waiting=3, troubles=troubles)
    return VaultOverview(START, "ap-northeast-2", [prod, SourceOverview(STAGE)])


def test_all_accounts_are_on_one_page() -> None:
    text = " ".join("".join(Page(render_vault(a_vault(), "UTC")).texts).split())
    assert "Vault in ap-northeast-2" in text and "No source needs attention" in text
    assert "prod 111122223333 ap-northeast-2 myeks 1 14 1 2026-05-31 03:00 1 d ago 20 GiB" in text
    assert "stage 333344445555" in text and "No copies yet." in text


def test_what_needs_attention_is_said_first() -> None:
    html = render_vault(a_vault(trouble="source silent: prod has asked for nothing"), "UTC")
    assert "1 of 2 sources need attention" in html
    assert "source silent: prod has asked for nothing" in html


def test_sources_that_left_the_config_are_named() -> None:
    left = replace(a_vault(), left=["copies of old, which the config no longer names: 7"])
    assert "copies of old, which the config no longer names: 7" in render_vault(left, "UTC")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_and_reasons_stay_text(hostile: str) -> None:
    usual = Page(render_vault(a_vault(a_claim(), trouble="why"), "UTC"))
    page = Page(render_vault(a_vault(a_claim(hostile, hostile), trouble=hostile), "UTC"))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in usual.elements]
    assert [set(each) for _, each in page.elements] == [set(each) for _, each in usual.elements]
    assert not page.blocks.keys() - {"style"}, "it has no script"


def test_nothing_runs_and_nothing_is_fetched() -> None:
    page = Page(render_vault(a_vault(), "UTC"))
    (policy,) = [str(each["content"]) for _, each in page.elements if "http-equiv" in each]
    assert "default-src 'none'" in policy
    assert not [each for _, each in page.elements if any(name.startswith("on") for name in each)]


def test_texts_are_cut_and_show_no_characters_that_turn_or_hide_text() -> None:
    assert len(shown_text("x" * 5000)) == MOST_TEXT + 1
    assert (
        shown_text("a\u202eb\x1b[2J\x00")
        == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}"
    )


def test_of_very_many_claims_the_stalest_are_shown_and_the_rest_counted() -> None:
    claims = [a_claim(f"claim-{n:05}", age=n) for n in range(MOST_CLAIMS + 500)]
    html = render_vault(a_vault(*claims, replace(a_claim("never"), newest=None, copies=0)), "UTC")
    assert "wordpress/never" in html and "claim-01499" in html and "claim-00001" not in html
    assert "oldest copies of 1,501" in html and len(html) < 1_500_000


def test_the_function_writes_it() -> None:
    world = VaultWorld()
    world.nights(2, PROD)
    summary = world.reporter.run()
    assert summary.written == {"vault": {"prod": 2, "stage": 0}} and summary.errors == []
    assert "Vault in ap-northeast-2" in world.pages.all_pages["vault"][1]
