"""`snapkeep doctor`: what is missing before and after a deploy, each with the command that fixes it."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime

import typer

from snapkeep.domain.policies import USUAL_NAME
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
from snapkeep_cli.doctor.facts import Visit
from snapkeep_cli.doctor.findings import Verdict
from snapkeep_cli.doctor.show import Report, show
from snapkeep_cli.exit_codes import Exit
from snapkeep_cli.output import Output, OutputOption, say


@ending_well
def doctor(
    cluster: ClustersOption = None,
    config: ConfigOrApiOption = DEFAULT_CONFIG,
    prefix: PrefixOption = USUAL_NAME,
    output: OutputOption = Output.TABLE,
) -> None:
    """Find what AWS and the cluster lack, before and after a deploy, and show how to fix it.

    Changes nothing. Exits with 1 if there is a problem, and with 6 if it cannot tell.
    """
    from snapkeep_cli.doctor.gather import (
        gather,
        session,
    )  # botocore takes a second: import it only when needed

    known = served(config)
    stack = os.environ.get(STACK, "Snapkeep")
    reports = []
    for each in chosen_clusters(known.clusters, cluster, known.source):
        visit = Visit(
            each.name, each.region, str(config), stack, prefix, known.pace.pending, datetime.now(UTC)
        )
        reports.append(Report(each.name, each.region, examine(gather(session(Where.profile), visit))))
    show(reports, output)
    counts = Counter(finding.verdict for report in reports for finding in report.findings)
    say(", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    if counts[Verdict.PROBLEM]:
        raise typer.Exit(Exit.FAILED)
    if counts[Verdict.CANNOT_TELL]:
        raise typer.Exit(Exit.UNAVAILABLE)
