"""`snapkeep doctor`: what is missing before and after a deploy, each with the command that fixes it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

import typer

from snapkeep.domain.policies import USUAL_NAME, Deployment
from snapkeep_cli.api.calls import ending_well
from snapkeep_cli.api.where import STACK, Where
from snapkeep_cli.deployment import (
    DEFAULT_CONFIG,
    ClustersOption,
    ConfigOrApiOption,
    PrefixOption,
    chosen_clusters,
    served,
)
from snapkeep_cli.doctor.checks import examine
from snapkeep_cli.doctor.facts import Facts, Visit
from snapkeep_cli.doctor.findings import Verdict
from snapkeep_cli.doctor.places.checks import examine_adopted, examine_place
from snapkeep_cli.doctor.show import PlaceReport, Report, show
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, OutputOption, say

if TYPE_CHECKING:
    from boto3 import Session


@ending_well
def doctor(
    cluster: ClustersOption = None,
    config: ConfigOrApiOption = DEFAULT_CONFIG,
    prefix: PrefixOption = USUAL_NAME,
    output: OutputOption = Output.TABLE,
) -> None:
    """Find what AWS, the cluster and the places of copies lack, before and after a deploy, and how to fix it.

    Changes nothing; a vault's bus gets one event that nothing there takes. Exits with 1 if there is a
    problem, and with 6 if it cannot tell.
    """
    from snapkeep_cli.doctor.gather import (
        gather,
        session,
    )  # botocore takes a second: import it only when needed

    known = served(config)
    stack = os.environ.get(STACK, "Snapkeep")
    signed = session(Where.profile)
    now, pending = datetime.now(UTC), known.pace.pending
    facts = [
        gather(signed, Visit(each.name, each.region, str(config), stack, prefix, pending, now, known.access))
        for each in chosen_clusters(known.clusters, cluster, known.source)
    ]
    reports = [Report(each.visit.cluster, each.visit.region, examine(each)) for each in facts]
    places = _places(signed, known.deployment, facts) if known.deployment else []
    show(reports, output, places)
    found = [*(each.findings for each in reports), *(each.findings for each in places)]
    counts = Counter(finding.verdict for finding in chain.from_iterable(found))
    say(", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    if counts[Verdict.PROBLEM]:
        raise typer.Exit(Exit.FAILED)
    if counts[Verdict.CANNOT_TELL]:
        raise typer.Exit(Exit.UNAVAILABLE)


def _places(session: Session, deployment: Deployment, facts: Sequence[Facts]) -> list[PlaceReport]:
    """What was found about places and about adopted copies."""
    from snapkeep_cli.doctor.places.gather import adopted, places

    return [
        *(
            PlaceReport(each.place.name, each.place.region, examine_place(each))
            for each in places(session, deployment, facts)
        ),
        *(
            PlaceReport("", each.visit.region, examine_adopted(each))
            for each in adopted(session, deployment, facts)
        ),
    ]
