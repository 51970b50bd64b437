"""`snapkeep try`: what an edited config would take, skip and prune, before it is deployed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from snapkeep.domain.policies import to_document
from snapkeep_cli.api.calls import ClusterOption, Document, NamespaceOption, client, ending_well, place
from snapkeep_cli.config.errors import did_you_mean
from snapkeep_cli.deployment import DEFAULT_CONFIG, load_deployment, the_only
from snapkeep_cli.output import Output, OutputOption, emit, fail, say, table_of
from snapkeep_cli.tables import Columns, long_id, sentence

CLAIMS: Columns = {
    "NAMESPACE": "namespace",
    "CLAIM": "claim",
    "POLICY": "policy",
    "METHOD": "method",
    "CHANGE": "change",
    "WHY": sentence("reason"),
}
DELETIONS: Columns = {
    "EBS SNAPSHOT": long_id("snapshot_id"),
    "CLAIM": "claim",
    "POLICY": "policy",
    "GOES": "when",
    "WHY": sentence("reason"),
}


@ending_well
def try_config(
    file: Annotated[Path, typer.Argument(help="The edited config file.")] = DEFAULT_CONFIG,
    cluster: ClusterOption = "",
    namespace: NamespaceOption = "",
    policy: Annotated[list[str] | None, typer.Option(help="Only this policy; repeatable.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what an edited config would take, skip and prune in a cluster now; changes nothing."""
    deployment = load_deployment(file)
    cluster = the_only(deployment.clusters, cluster, str(file)).name
    policies = [item for item in to_document(deployment)["policies"] if cluster in item["clusters"]]
    known = [item["name"] for item in policies]
    for name in policy or []:
        if name not in known:
            text = f"{file} has no policy {name!r} for cluster {cluster}{did_you_mean(name, known)}"
            raise fail("usage", text, f"the policies are {', '.join(known)}")
    _, trial = client().post({"policies": policies, "only": policy or []}, *place(cluster, namespace, "try"))
    emit(trial, output, _tables(trial))
    for note in trial["notes"]:
        say(note)
    _sum_up(trial, file)


def _tables(trial: Document) -> RenderableType:
    claims = table_of([*_taken(trial), *_left(trial)], CLAIMS)
    if not trial["deletions"]:
        return claims
    return Group(claims, Text(), table_of([_deletion(item) for item in trial["deletions"]], DELETIONS))


def _taken(trial: Document) -> Iterator[Mapping[str, Any]]:
    """A row for each claim and policy, including policies that no longer take it."""
    changes = {item["claim"]: item for item in trial["changed"]}
    for item in trial["taken"]:
        change = changes.get(f"{item['namespace']}/{item['claim']}")
        is_new = change and item["policy"] not in change["before"]
        reason = f"{item['reason']}; it would fail: {item['blocked']}" if item["blocked"] else item["reason"]
        yield {**item, "reason": reason, "change": "new" if is_new else ""}
    for change in changes.values():
        namespace, _, claim = change["claim"].partition("/")
        for name in change["before"]:
            if name not in change["after"]:
                yield {"namespace": namespace, "claim": claim, "policy": name, "change": "no longer"}


def _left(trial: Document) -> Iterator[Mapping[str, Any]]:
    for item in trial["left"]:
        namespace, _, claim = item["subject"].partition("/")
        yield {"namespace": namespace, "claim": claim, "change": "skipped", "reason": item["reason"]}


def _deletion(item: Document) -> Mapping[str, Any]:
    when = "at once" if item["at_once"] else "after 72 hours"
    reason = f"{item['reason']}; but {item['stays']}" if item["stays"] else item["reason"]
    return {**item, "when": "stays" if item["stays"] else when, "reason": reason}


def _sum_up(trial: Document, file: Path) -> None:
    going = Counter(
        "stays" if x["stays"] else "at once" if x["at_once"] else "later" for x in trial["deletions"]
    )
    taken = len({(item["namespace"], item["claim"]) for item in trial["taken"]})
    say(
        f"with {file}, {taken} claims are taken and {len(trial['left'])} are skipped; "
        f"{len(trial['changed'])} change their policies"
    )
    say(
        f"prune deletes {going['at once']} points at once and {going['later']} more after 72 hours; "
        f"{trial['keeping'] + going['stays']} stay"
    )
