"""How old the newest copies in a place are, against what the rules promise."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime

from snapkeep.domain.report.feasibility import hours
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.findings import Finding, Verdict, cannot_tell, ok, problem
from snapkeep_cli.doctor.places.facts import PlaceFacts, Stands

RPO = "newest copies"


def newest_copies(facts: PlaceFacts) -> Iterator[Finding]:
    """The newest copies of each cluster's claims are as new as the rules of the policies promise."""
    if facts.deployed is False:
        yield Finding(RPO, Verdict.LATER, "copies begin with the deployment")
        return
    for cluster, stands in facts.stands.items():
        if isinstance(stands, Unknown):
            yield cannot_tell(RPO, stands)
        elif stands is not None:
            yield _of(cluster, stands, facts)
    if not any(facts.stands.values()):
        yield ok(RPO, f"no claim is to be copied to {facts.place.name}")


def _of(cluster: str, stands: Stands, facts: PlaceFacts) -> Finding:
    rules = "; ".join(f"{policy}: {every}" for policy, every in facts.every.items())
    text = f"{cluster}: {_age(stands.oldest, facts.visit.now)} ({rules})"
    wrong = {
        "late": stands.late,
        "failed": stands.failed,
        "cannot be copied": stands.cannot_be_copied,
        "not copied": stands.not_copied,
    }
    counts = ", ".join(f"{count} {what}" for what, count in wrong.items() if count)
    text += f"; {stands.on_time} on time" + (f", {counts}" if counts else "")
    if stands.late or stands.failed or stands.cannot_be_copied:
        return problem(RPO, text, shlex.join(["snapkeep", "coverage", "--cluster", cluster]))
    return ok(RPO, text)


def _age(oldest: datetime | None, now: datetime) -> str:
    """The RPO: how much would be lost with the home Region at worst, of what is copied."""
    if oldest is None:
        return "no claim has a copy yet"
    return f"the data of the oldest newest copy is {hours(now - oldest)} old"
