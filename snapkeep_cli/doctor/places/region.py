"""The checks of a place in another Region of the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from snapkeep.domain.copies.kms_keys import why_not_for_copies
from snapkeep.domain.copies.places import IN_FLIGHT, MOST_IN_PROGRESS
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import Unknown, Visit
from snapkeep_cli.doctor.findings import Finding, Verdict, cannot_tell, ok, problem
from snapkeep_cli.doctor.places.facts import PlaceFacts, RegionFacts

USABLE = frozenset({"opt-in-not-required", "opted-in"})


def region(facts: PlaceFacts, there: RegionFacts) -> Iterator[Finding]:
    """The Region is enabled for the account.

    https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
    """
    name, opted = facts.place.region, there.opted
    if isinstance(opted, Unknown):
        yield cannot_tell("region", opted)
    elif opted not in USABLE:
        enable = commands.aws(facts.visit, "account", "enable-region", "--region-name", name)
        yield problem("region", f"{name} is {opted}: the account cannot use it yet", enable)
    else:
        yield ok("region", f"{name} is enabled for account {facts.account}")


def key(facts: PlaceFacts, there: RegionFacts) -> Iterator[Finding]:
    """EBS can encrypt copies with the place's key."""
    arn, found = facts.place.kms_key, there.key
    if isinstance(found, Unknown):
        yield cannot_tell("key", found)
        return
    trouble = f"{arn} does not exist" if found is None else why_not_for_copies(arn, found)
    if trouble:
        yield problem("key", f"no copy can be made: {trouble}", _mend(facts, found))
    else:
        yield ok("key", f"EBS can encrypt copies with {arn}")


def forward_rule(facts: PlaceFacts, there: RegionFacts) -> Iterator[Finding]:
    """The stack of the place is deployed: its rule forwards what EC2 says about copies to the home Region."""
    rule, name = there.rule, f"{facts.visit.stack}-{facts.place.name}"
    deploy = commands.deploy(facts.visit)
    if isinstance(rule, Unknown):
        yield cannot_tell("stack", rule)
    elif rule is None:
        text = f"stack {name} is not deployed: copies are noticed up to 5 minutes after they end"
        verdict = Verdict.LATER if facts.deployed is False else Verdict.PROBLEM
        yield Finding("stack", verdict, text, deploy)
    elif not rule.enabled or not any(f":{facts.visit.region}:" in target for target in rule.targets):
        what = "forwards nothing" if rule.enabled else "is disabled"
        yield problem("stack", f"the rule of stack {name} {what}", deploy)
    else:
        yield ok("stack", f"{name} forwards ended copies to {facts.visit.region}")


def in_progress(facts: PlaceFacts, there: RegionFacts) -> Iterator[Finding]:
    """Others leave room for our copies.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
    """
    found = there.in_progress
    if isinstance(found, Unknown):
        yield cannot_tell("copies in progress", found)
        return
    text = f"{found} of the {MOST_IN_PROGRESS} copies that EC2 allows in {facts.place.region} are in progress"
    if found >= MOST_IN_PROGRESS:
        pending = ("--filters", "Name=status,Values=pending")
        look = commands.aws(_there(facts), "ec2", "describe-snapshots", "--owner-ids", "self", *pending)
        yield problem("copies in progress", f"{text}: ours wait; AWS Support raises the limit", look)
    else:
        yield ok("copies in progress", f"{text}; Snapkeep uses at most {IN_FLIGHT}")


def _there(facts: PlaceFacts) -> Visit:
    return replace(facts.visit, region=facts.place.region)


def _mend(facts: PlaceFacts, found: Mapping[str, Any] | None) -> str:
    """How to make the key usable again; for a key of the wrong kind, how to find another."""
    state = (found or {}).get("KeyState", "Enabled")
    if state == "Enabled":
        return commands.aws(_there(facts), "kms", "list-keys")
    return commands.mend_key(_there(facts), facts.place.kms_key, str(state))
