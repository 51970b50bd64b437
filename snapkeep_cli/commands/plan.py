"""`snapkeep plan`: what would run in the next days, without an account."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from snapkeep.domain.policies import Deployment
from snapkeep_cli.config.overlaps import overlaps
from snapkeep_cli.copies import planned_copies
from snapkeep_cli.deployment import (
    DEFAULT_CONFIG,
    ClustersOption,
    ConfigOption,
    chosen_clusters,
    load_deployment,
)
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of
from snapkeep_cli.retention_input import read_moment
from snapkeep_cli.tables import Column, Columns, sentence
from snapkeep_cli.upcoming import Preview, UpcomingRun, preview

COLUMNS: dict[str, str | Column] = {
    "SLOT (UTC)": "utc",
    "IN ITS ZONE": "local",
    "POLICY": "policy",
    "CLUSTER": "cluster",
    "WITHIN": "window",
}
NOTE: Columns = {"NOTE": sentence("note")}
CLOCK = "%a %Y-%m-%d %H:%M"
SCHEDULER_PRECISION = 1
"""Minutes within which Scheduler starts schedules without a flexible window.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html
"""


def plan(
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days to look ahead.")] = 7,
    cluster: ClustersOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    now: Annotated[str, typer.Option(help="The time to plan from (ISO 8601); default: now.")] = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what would run in the next days: every slot, in UTC and in its policy's time zone.

    Exact to EventBridge Scheduler's daylight saving rules. It reads only the config.
    """
    deployment = load_deployment(config)
    try:
        start = read_moment(now, "--now") if now else datetime.now(UTC)
    except ValueError as error:
        raise fail("usage", str(error)) from error
    names = [each.name for each in chosen_clusters(deployment.clusters, cluster, str(config))]
    found = preview(deployment, names, start, start + timedelta(days=days))
    noted = {**COLUMNS, **(NOTE if any(run.note for run in found.runs) else {})}
    emit(_document(found, deployment), output, table_of([_row(run) for run in found.runs], noted))
    if output in (Output.TABLE, Output.WIDE):
        _tell(found, days)
        for line in (*planned_copies(found, deployment), *overlaps(deployment)):
            say(str(line))


def _tell(found: Preview, days: int) -> None:
    for policy in found.paused:
        say(f"paused: {policy.name} (enabled: false) has a schedule but does not run")
    for item in found.unforeseen:
        say(f"unknown times: {item.policy.name} on {', '.join(item.clusters)}: {item.reason}")
    policies = len({run.policy.name for run in found.runs})
    say(
        f"{len(found.runs)} runs of {policies} {'policy' if policies == 1 else 'policies'} in {days} "
        f"{'day' if days == 1 else 'days'} from {found.after:{CLOCK}} UTC"
    )


def _row(run: UpcomingRun) -> dict[str, str]:
    minutes = run.policy.schedule.flexible_minutes
    return {
        "utc": f"{run.slot:{CLOCK}}",
        "local": f"{run.local:%a %H:%M} {run.policy.schedule.timezone}",
        "policy": run.policy.name,
        "cluster": run.cluster,
        "window": f"{minutes or SCHEDULER_PRECISION} min",
        "note": run.note,
    }


def _document(found: Preview, deployment: Deployment) -> dict[str, Any]:
    return {
        "from": found.after.isoformat(),
        "until": found.until.isoformat(),
        "runs": [
            {
                "slot": run.slot.isoformat(),
                "local": run.local.isoformat(),
                "timezone": run.policy.schedule.timezone,
                "starts_by": run.starts_by.isoformat(),
                "policy": run.policy.name,
                "cluster": run.cluster,
                "method": run.policy.method.value,
                "note": run.note,
            }
            for run in found.runs
        ],
        "not_foreseen": [
            {
                "policy": item.policy.name,
                "clusters": list(item.clusters),
                "expression": item.policy.schedule.expression,
                "reason": item.reason,
            }
            for item in found.unforeseen
        ],
        "paused": [policy.name for policy in found.paused],
        "copies": [each.document() for each in planned_copies(found, deployment)],
        "overlaps": [asdict(overlap) for overlap in overlaps(deployment)],
    }
