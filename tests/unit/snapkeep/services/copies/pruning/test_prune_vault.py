"""A vault prunes each source's copies by its own rules, and nothing that a source sends ends a copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from tests.fakes.journal import MemoryJournal
from tests.fakes.vault_copies import A_DAY, PROD, STAGE, VaultWorld


def settled() -> VaultWorld:
    """A vault whose retention is known for longer than its grace."""
    world = VaultWorld()
    world.nights(4, PROD, STAGE)
    return world


def test_each_source_runs_down_to_what_its_own_retention_keeps() -> None:
    world = settled()
    world.nights(26, PROD, STAGE)
    reports = world.prune()
    assert set(reports) == {"myeks@prod", "myeks@stage"}
    assert all(not report.refused and not report.given_up for report in reports.values())
    assert len(world.there(STAGE)) == 3 + 1
    # 14 days, the last before them, and the first of June, which is also the last before the 12 months.
    assert len(world.there(PROD)) == 14 + 1 + 1


def test_a_kept_copy_says_in_words_why() -> None:
    world = settled()
    report = world.prune(dry_run=True, cluster="myeks", place="prod")["myeks@prod"]
    reasons = [reason for _, some in report.keep for reason in some]
    assert (
        "first copy of 2026-06-05 (daily 14)" in reasons and "first copy of 2026-06 (monthly 12)" in reasons
    )


def test_poison_of_any_claim_policy_and_time_ends_no_copy_that_was_there() -> None:
    world, quiet = settled(), settled()
    world.nights(10)
    quiet.nights(10)
    assert quiet.there() == world.there()
    for night in range(12):
        world.clock.forward(days=1)
        quiet.clock.forward(days=1)
        for number in range(6):
            before = world.clock() - number * A_DAY - timedelta(hours=2, minutes=night)
            world.arrive(taken=before, policy=f"evil-{number % 2}")
            world.arrive(taken=before, claim=f"evil-{number}")
            world.arrive(taken=before)
        world.prune()
        quiet.prune()
        assert set(quiet.there()) <= set(world.there())


def test_copies_of_one_source_never_stand_for_those_of_another() -> None:
    world = settled()
    last = world.nights(1, STAGE)[0]
    for _ in range(20):
        world.nights(1, PROD)
    assert last.id in world.there(STAGE)


def test_a_copy_whose_tags_name_another_home_counts_nowhere_and_stays() -> None:
    world = settled()
    stranger = world.arrive(claim="stranger", changed={copy_tags.COPY_FROM: "333344445555/ap-northeast-2"})
    namesake = world.arrive(STAGE, claim="namesake", changed={tags.DEPLOYMENT: "another"})
    world.nights(30, PROD, STAGE)
    assert stranger.id in world.there(PROD) and namesake.id in world.there(STAGE)
    reports = world.prune(dry_run=True)
    assert stranger.id not in dict(reports["myeks@prod"].keep)


def test_a_cluster_that_the_config_does_not_name_is_not_pruned() -> None:
    world = settled()
    world.vault = replace(world.vault, sources=(replace(PROD, clusters=("other",)), STAGE))
    world.build()
    world.nights(30, STAGE)
    assert len(world.there(PROD)) == 4
    assert set(world.prune()) == {"other@prod", "myeks@stage"}


def test_a_shorter_retention_spares_for_72_hours_and_then_asks() -> None:
    world = settled()
    world.nights(10)
    world.vault = replace(world.vault, sources=(replace(PROD, retention={"daily": 1}), STAGE))
    world.build()
    before = set(world.there())
    world.prune()
    assert set(world.there()) == before
    world.clock.forward(hours=80)
    refusal = world.prune()["myeks@prod"].refusals[0]
    assert len(world.there()) >= len(before) - 1 and refusal.count > 5, "its new copy accounts for one"
    world.prune(confirm=refusal.token, cluster="myeks", place="prod")
    assert len(world.there()) < len(before)


def test_a_flood_of_copies_makes_no_mistake_in_the_retention_pass_the_brake() -> None:
    world = settled()
    world.nights(14)
    world.vault = replace(world.vault, sources=(replace(PROD, retention={"daily": 1}), STAGE))
    world.build()
    world.prune()
    world.clock.forward(hours=71)
    world.prune()
    before = set(world.there())
    world.clock.forward(hours=9)
    flood = {world.arrive(taken=world.clock() - timedelta(minutes=number)).id for number in range(40)}
    refusal = world.prune()["myeks@prod"].refusals[0]
    assert len(before & set(world.there())) >= len(before) - 1, "as many as rules keep of the flood"
    assert len(flood & set(world.there())) <= 3 and refusal.count > 5, "the first and the newest of it stay"


def test_copies_that_come_hourly_are_pruned_to_the_first_of_each_day_without_a_person() -> None:
    world = VaultWorld(replace(PROD, retention={"daily": 5}))
    world.prune()
    for _ in range(24 * 12):
        world.clock.forward(hours=1)
        world.arrive()
        if world.clock().hour == 7:
            assert not world.prune()["myeks@prod"].refusals
    assert len(world.there()) <= 5 + 1 + 24


def test_without_its_journal_a_vault_spares_everything_for_72_hours() -> None:
    world = settled()
    world.nights(14, prune=False)
    world.journal = MemoryJournal()
    world.build()
    before = set(world.there())
    world.prune()
    assert set(world.there()) == before


def test_copies_that_the_journal_does_not_know_are_told_and_push_nothing_out() -> None:
    world = settled()
    world.clock.forward(days=1)
    forged = world.arrive(is_recorded=False)
    report = world.prune()["myeks@prod"]
    assert forged.id in world.there()
    assert any("journal" in note for note in report.notes)


def test_a_rule_that_counts_copies_deletes_nothing_even_if_it_was_written_by_hand() -> None:
    world = VaultWorld(replace(PROD, retention={"last": 1}))
    world.nights(10)
    assert len(world.there()) == 10


def test_while_its_retention_is_unreadable_no_policy_of_a_source_prunes_anything() -> None:
    world = VaultWorld(replace(PROD, retention={"daily": "many"}))
    for _ in range(10):
        world.clock.forward(days=5)
        for policy in ("interruption", "on-demand", "daily"):
            world.arrive(policy=policy)
        report = world.prune()["myeks@prod"]
    assert len(world.there()) == 30 and any("prunes nothing" in note for note in report.notes)
