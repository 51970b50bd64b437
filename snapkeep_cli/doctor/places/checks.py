"""All checks of a place, and of what a deployment adopts, in the order to fix them."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep_cli.doctor.findings import Finding
from snapkeep_cli.doctor.places import adopted, region, vault
from snapkeep_cli.doctor.places.facts import AdoptedFacts, PlaceFacts, VaultFacts
from snapkeep_cli.doctor.places.standing import newest_copies

OF_REGION = (region.region, region.key, region.forward_rule, region.in_progress)
OF_VAULT = (vault.bus, vault.keys_of_claims, vault.separation)
OF_ADOPTED = (adopted.copies, adopted.keys, adopted.driver_tags)


def examine_place(facts: PlaceFacts) -> list[Finding]:
    """All findings about a place."""
    return [*_there(facts), *newest_copies(facts)]


def examine_adopted(facts: AdoptedFacts) -> list[Finding]:
    """All findings about the copies that a deployment adopts."""
    return [finding for check in OF_ADOPTED for finding in check(facts)]


def _there(facts: PlaceFacts) -> Iterator[Finding]:
    there = facts.there
    if isinstance(there, VaultFacts):
        for of_vault in OF_VAULT:
            yield from of_vault(facts, there)
    else:
        for of_region in OF_REGION:
            yield from of_region(facts, there)
