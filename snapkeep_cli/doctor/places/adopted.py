"""The checks of copies that a deployment adopts: whose they are, and whether a restore could use them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from snapkeep.domain.drivers import DRIVERS
from snapkeep.domain.points import PointState
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.times import moment
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.findings import Finding, cannot_tell, listed, ok, problem
from snapkeep_cli.doctor.places.facts import AdoptedFacts

COPIES, KEYS, TAGS = "copies", "keys of copies", "driver tags"


def copies(facts: AdoptedFacts) -> Iterator[Finding]:
    """There are copies that can be read, and it is clear whose they are."""
    if isinstance(facts.copies, Unknown):
        yield cannot_tell(COPIES, facts.copies)
        return
    for (place, cluster, origin), found in groupby(sorted(facts.copies, key=_whose), key=_whose):
        yield _of_cluster(f"{cluster} of {origin} in {place}", list(found))
    if facts.unreadable:
        names = listed(list(facts.unreadable))
        yield ok(COPIES, f"cannot be restored, because their tags describe no copy that counts: {names}")
    if not facts.copies:
        region = facts.visit.region
        yield problem(COPIES, f"{region} has no copy to restore from: is it the Region of the place?")


def keys(facts: AdoptedFacts) -> Iterator[Finding]:
    """The keys of the copies are usable: without its key, no copy can be restored."""
    enabled = [key for key, state in facts.keys.items() if state == "Enabled"]
    if enabled:
        yield ok(KEYS, f"{len(enabled)} of {len(facts.keys)} KMS keys of copies are enabled")
    for key, state in facts.keys.items():
        if isinstance(state, Unknown):
            yield cannot_tell(KEYS, state)
        elif state != "Enabled":
            fix = commands.mend_key(facts.visit, key, state)
            yield problem(KEYS, f"{key} is {state}: the copies under it cannot be restored", fix)


def driver_tags(facts: AdoptedFacts) -> Iterator[Finding]:
    """No copy is lent to the driver of another cluster: a snapshot can name one cluster only."""
    if isinstance(facts.copies, Unknown) or not facts.copies:
        return
    lent = [
        (copy.snapshot_id, key, copy.driver_tags[key])
        for copy in facts.copies
        for key in (driver.cluster_key for driver in DRIVERS.values())
        if key in copy.driver_tags
    ]
    others = [item for item in lent if item[2] not in facts.clusters]
    for name, key, cluster in others:
        text = (
            f"{name} names cluster {cluster} in its tag {key}, not {' or '.join(facts.clusters)}: it "
            "cannot be restored here until that restore has ended. If there is none, take the tag off"
        )
        words = ("ec2", "delete-tags", "--resources", name, "--tags", f"Key={key},Value={cluster}")
        yield problem(TAGS, text, commands.aws(facts.visit, *words))
    if not others:
        text = f"a restore lends them to a copy for clusters {', '.join(facts.clusters)}"
        yield ok(TAGS, f"{text}; {len(lent)} are lent now")


def _whose(copy: PointFacts) -> tuple[str, str, str]:
    return copy.place, copy.cluster, copy.copied_from


def _of_cluster(whose: str, found: list[PointFacts]) -> Finding:
    ready = [copy for copy in found if copy.state is PointState.READY]
    claims = len({(copy.namespace, copy.claim) for copy in ready})
    if not ready:
        return problem(COPIES, f"{whose}: none of {len(found)} copies is ready")
    newest = moment(max(copy.started_at for copy in ready))
    return ok(COPIES, f"{whose}: {len(ready):,} copies of {claims:,} claims, the newest taken {newest}")
