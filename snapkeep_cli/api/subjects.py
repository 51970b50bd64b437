"""Recovery points and claims as people name them: by EBS snapshot, or as NAMESPACE/NAME."""

from __future__ import annotations

from itertools import islice

from snapkeep_cli.api.calls import place
from snapkeep_cli.api.client import ApiClient
from snapkeep_cli.output import fail, say

SNAPSHOT = "snap-"
MOST = 5000
"""How many recovery points are searched for the one of an EBS snapshot."""


def the_point(
    api: ApiClient, cluster: str, namespace: str, given: str, from_place: str = "", from_cluster: str = ""
) -> str:
    """The id of the recovery point that is meant; that of an EBS snapshot is looked up, among the copies of a
    place if one is named.

    Ends the command if no recovery point has the snapshot.
    """
    if not given.startswith(SNAPSHOT):
        return given
    found = f"{given} is an EBS snapshot, and no recovery point of"
    if from_place:
        where, asked = place(cluster, "", "recovery-points"), f"{found} place {from_place} has it"
    else:
        of_cluster = from_cluster or cluster
        where = place(of_cluster, namespace, "recovery-points")
        asked = f"{found} {f'namespace {namespace} of {of_cluster}' if namespace else of_cluster} has it"
    listed = api.pages(
        "recovery_points", *where, **({"from_place": from_place} if from_place else {}), limit=100
    )
    for point in islice(listed, MOST):
        if point["snapshot_id"] == given:
            say(f"{given} is the EBS snapshot of recovery point {point['id']}")
            return str(point["id"])
    raise fail(
        "not_found",
        asked,
        "take an ID that `snapkeep get points` lists; with -o wide it shows the snapshots, too",
    )


def the_claim(given: str, namespace: str, option: str) -> tuple[str, str]:
    """The namespace and name of a claim given as NAME or NAMESPACE/NAME.

    Ends the command if it names two namespaces, or none.
    """
    before, _, name = given.rpartition("/")
    if before and namespace and before != namespace:
        raise fail(
            "usage", f"{option} {given} is in namespace {before}, but {namespace} is also given", "give one"
        )
    if not (before or namespace):
        raise fail("usage", f"which namespace is {name} in?", "give NAMESPACE/NAME, or -n NAMESPACE")
    return before or namespace, name
