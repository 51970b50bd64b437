"""`snapkeep restore-namespace`: claims and objects of a namespace, as a run saved them."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated

import typer

from snapkeep_cli.api.calls import DryRunOption, client, ending_well, place, the_cluster
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.cluster.kubectl import KubectlFailed, kubectl_for
from snapkeep_cli.namespaces.ending import tell_end
from snapkeep_cli.namespaces.flow import Flow, explained, refuse_for
from snapkeep_cli.namespaces.planning import Move, Planned, cluster_of, counted, document_of, planned, table
from snapkeep_cli.objects.archives import Archived, archived
from snapkeep_cli.output import Output, OutputOption, emit, fail, say

RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="POINT|RUN",
        help="The id of a run, CLUSTER.POLICY.SLOT; a recovery point means its run and namespace.",
    ),
]
SavedOption = Annotated[
    str, typer.Option("-n", "--namespace", help="The saved namespace; default: the only one of the run.")
]
IntoOption = Annotated[str, typer.Option(help="The namespace to make; default: the saved one.")]
TargetOption = Annotated[
    str,
    typer.Option(
        "--cluster", envvar="SNAPKEEP_CLUSTER", help="The cluster to restore into; default: the run's."
    ),
]
ContextOption = Annotated[str, typer.Option(help="The context of kubectl for that cluster.")]
WithoutOption = Annotated[
    list[str] | None, typer.Option(help="Leave out a KIND, or one object as KIND/NAME; repeatable.")
]
SecretsOption = Annotated[
    bool, typer.Option("--secrets", help="Also restore the saved Secrets, decrypted with your AWS rights.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask before something is made.")]
TimeoutOption = Annotated[int, typer.Option(min=1, help="How many seconds to wait at most.")]


@ending_well
def restore_namespace(
    given: RunArgument,
    namespace: SavedOption = "",
    into: IntoOption = "",
    cluster: TargetOption = "",
    context: ContextOption = "",
    without: WithoutOption = None,
    secrets: SecretsOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    timeout: TimeoutOption = 600,
    output: OutputOption = Output.TABLE,
) -> None:
    """Bring a lost namespace back, or copy it: claims from their recovery points, objects with your own
    kubectl and rights.

    It checks everything before it makes anything, and overwrites nothing. Repeat the command, and it
    continues where it ended.
    """
    api = client()
    move = _move(api, given, namespace, into, cluster)
    found = planned(api, move, without or [], with_secrets=secrets)
    for_programs = output in (Output.JSON, Output.YAML)
    if not for_programs:
        emit(document_of(found), output, table(found))
    kubectl = kubectl_for(move.cluster, context, writes=True)
    flow = Flow(api, kubectl, found, timedelta(seconds=timeout))
    try:
        checked = flow.check()
        if for_programs and dry_run:
            emit(document_of(found) | {"findings": checked}, output, "")
        refuse_for(checked, "nothing was made")
        if dry_run:
            say("nothing was made, and nothing prevents it")
            return
        _ask(found, flow, yes)
        flow.make_namespace()
        flow.restore_claims()
        tell_end(found, flow.watch(flow.apply_objects()), output)
    except KubectlFailed as error:
        raise explained(error) from error


def _move(api: ApiClient, given: str, namespace: str, into: str, cluster: str) -> Move:
    """What is meant; ends the command if it is not clear which namespace."""
    origin = cluster_of(given) or the_cluster(api, cluster)
    meant = archived(api, origin, namespace, given)
    if not meant.namespace:
        meant = _only_namespace(api, origin, meant.run)
    return Move(cluster or origin, meant, into or meant.namespace)


def _only_namespace(api: ApiClient, cluster: str, run: str) -> Archived:
    found = api.get(*place(cluster, "", "backups", run, "objects"))["namespaces"]
    names = [str(each["namespace"]) for each in found]
    if len(names) != 1:
        raise fail("usage", f"which namespace? {run} saved {', '.join(names)}", "give -n NAMESPACE")
    return Archived(run, names[0])


def _ask(found: Planned, flow: Flow, yes: bool) -> None:
    """Ends the command unless the person, or --yes, says that it should go on."""
    what = f"{counted(len(flow.to_restore), 'claim')} and {counted(len(flow.to_apply), 'object')}"
    move = found.move
    if yes:
        return
    if not at_a_terminal():
        text = f"nothing was made: there is no terminal to ask whether to make {what} in {move.into}"
        raise fail("usage", text, "add --yes, or --dry-run to only look")
    if not typer.confirm(f"Make {what} in namespace {move.into} of cluster {move.cluster}?", err=True):
        say("nothing was made")
        raise typer.Exit(0)


def at_a_terminal() -> bool:
    """Whether somebody can answer."""
    return sys.stdin.isatty()
