"""Prints the doctor's findings: lines with commands for people, one document for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import typer
import yaml
from rich.text import Text

from snapkeep_cli.doctor.findings import Finding, Verdict
from snapkeep_cli.output import Output, out
from snapkeep_cli.tables import Folded, clean

STYLES = {
    Verdict.OK: "green",
    Verdict.LATER: "cyan",
    Verdict.CANNOT_TELL: "yellow",
    Verdict.PROBLEM: "bold red",
}
WIDTH = max(map(len, Verdict))


@dataclass(frozen=True, slots=True)
class Report:
    """What was found for one cluster."""

    cluster: str
    region: str
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """What was found for one place, or with an empty name for the copies that the deployment adopts."""

    place: str
    region: str
    findings: Sequence[Finding]


def show(reports: Sequence[Report], output: Output, places: Sequence[PlaceReport] = ()) -> None:
    """Prints the reports on standard output. Commands are not wrapped, so that they can be copied."""
    found = {
        "clusters": [asdict(report) for report in reports],
        "places": [asdict(report) for report in places],
    }
    document = json.loads(json.dumps(found))
    if output is Output.JSON:
        typer.echo(json.dumps(document, indent=2))
    elif output is Output.YAML:
        typer.echo(yaml.safe_dump(document, sort_keys=False), nl=False)
    else:
        for report in reports:
            _show(f"{report.cluster} ({report.region})", report.findings)
        for place in places:
            name = f"place {place.place}" if place.place else "copies to restore from"
            _show(f"{name} ({place.region})", place.findings)


def _show(title: str, findings: Sequence[Finding]) -> None:
    paper = out()
    paper.print(Text(clean(title), style="bold"))
    for finding in _together(findings):
        verdict = (f"{finding.verdict:{WIDTH}}", STYLES[finding.verdict])
        text = Text.assemble("  ", verdict, f"  {finding.check}: {clean(finding.text)}")
        paper.print(Folded(text, WIDTH + 4), crop=False)
        if finding.fix:
            fix = Text.assemble(" " * (WIDTH + 4), ("fix: ", "bold"), clean(finding.fix))
            paper.print(fix, soft_wrap=True)


def _together(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Checks that cannot tell for the same reason share one line, where the first would be."""
    told: set[str] = set()
    for finding in findings:
        if finding.verdict is not Verdict.CANNOT_TELL:
            yield finding
        elif finding.text not in told:
            told.add(finding.text)
            alike = [each.check for each in findings if each.text == finding.text]
            yield replace(finding, check=", ".join(dict.fromkeys(alike)))
