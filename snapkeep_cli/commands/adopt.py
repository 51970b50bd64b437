"""`snapkeep adopt`: puts this deployment's name on older points without one, or on those of a deployment
that no longer exists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot, SnapshotState, snapshot_of
from snapkeep.domain.policies import USUAL_NAME
from snapkeep.domain.retention.adoption import adopting_tags
from snapkeep_cli.api.calls import ending_well
from snapkeep_cli.api.where import Where
from snapkeep_cli.deployment import (
    DEFAULT_CONFIG,
    ClustersOption,
    ConfigOrApiOption,
    PrefixOption,
    chosen_clusters,
    served,
)
from snapkeep_cli.output import fail, say

if TYPE_CHECKING:
    from snapkeep_cli.doctor.asking import Clients

BATCH = 100
"""Snapshots per CreateTags request; EC2 accepts 1,000 resources, but one deleted snapshot fails the whole
request.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html
"""

PAGE = 1000
"""Results per page: unpaged listings are throttled sooner.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-pagination.html
"""

GONE = "InvalidSnapshot.NotFound"

Tagging = tuple[str, Mapping[str, str]]
"""A snapshot id and the tags to write on it."""


@ending_well
def adopt(
    cluster: ClustersOption = None,
    former: Annotated[
        str, typer.Option("--from", help="Adopt the points of this deployment, which no longer exists.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write the tags; without it, only count them.")] = False,
    config: ConfigOrApiOption = DEFAULT_CONFIG,
    prefix: PrefixOption = USUAL_NAME,
) -> None:
    """Give recovery points the name of the deployment that serves their cluster.

    Older points without the tag snapkeep:deployment count anyway; once adopted, they cannot be mistaken for
    another deployment's. It uses your own AWS credentials, because no function may hand a point over.
    """
    from snapkeep_cli.doctor.asking import Clients
    from snapkeep_cli.doctor.gather import session  # botocore takes a second: import it only when needed

    known = served(config)
    made = session(Where.profile)
    left = 0
    for each in chosen_clusters(known.clusters, cluster, known.source):
        name, client = each.name, Clients(made, each.region)
        _check_serving(client, name, prefix)
        wanted, twins = _wanted(client, name, prefix, former)
        written = _write(client, wanted) if yes else 0
        left += 0 if yes else len(wanted)
        whose = f"of the deployment {former}" if former else "without the name of a deployment"
        verb = f"{written} got" if yes else f"{len(wanted)} would get"
        say(f"{name}: {len(wanted)} snapshots {whose}; {verb} the name {prefix}")
        if twins:
            say(
                f"{name}: {twins} snapshots stay with {former}: {prefix} has recovery points of the same "
                "claims, policies and slots. Delete them by hand once nobody needs them"
            )
    if left:
        say("nothing was written; add --yes")


def _check_serving(client: Clients, cluster: str, deployment: str) -> None:
    """End the command unless this deployment serves the cluster."""
    from snapkeep_cli.doctor.aws import Aws
    from snapkeep_cli.doctor.facts import Unknown

    found = Aws(client).served_by(cluster)
    if isinstance(found, Unknown):
        raise fail("aws_refused", f"cannot tell which deployment serves {cluster}: {found.why}", found.fix)
    if found != deployment:
        who = f"the deployment {found} serves" if found else "no named deployment serves"
        fix = f"run snapkeep adopt --prefix {found}" if found else "deploy first, then adopt"
        raise fail("other_deployment", f"{who} {cluster}, not {deployment}: nothing was adopted", fix)


def _wanted(client: Clients, cluster: str, deployment: str, former: str) -> tuple[list[Tagging], int]:
    """The snapshots to adopt, after reading all of them, and how many stay with `former`.

    The latter would duplicate a point that the deployment already has: nothing would show which one is real,
    so neither would count.
    """
    listed = list(_listed(client, cluster))
    taken = {tags.point_id_of(item.tags) for item in listed if _counts(item, deployment)}
    wanted = [
        (item.id, missing) for item in listed if (missing := adopting_tags(item, cluster, deployment, former))
    ]
    free: list[Tagging] = [
        (name, missing) for name, missing in wanted if missing.get(tags.POINT) not in taken
    ]
    return free, len(wanted) - len(free)


def _counts(snapshot: Snapshot, deployment: str) -> bool:
    """True for the snapshot of one of the deployment's points, ready or in progress."""
    is_good = snapshot.state is not SnapshotState.ERROR and tags.DUPLICATE not in snapshot.tags
    return is_good and not tags.is_anothers(snapshot.tags, deployment)


def _listed(client: Clients, cluster: str) -> Iterator[Snapshot]:
    wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster}
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]
    pages = client("ec2").get_paginator("describe_snapshots")
    for page in pages.paginate(OwnerIds=["self"], Filters=filters, PaginationConfig={"PageSize": PAGE}):
        yield from map(snapshot_of, page["Snapshots"])


def _write(client: Clients, wanted: Iterable[Tagging]) -> int:
    """Tag the snapshots; returns how many got their tags. Snapshots that were deleted meanwhile are
    skipped.
    """
    alike: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for name, missing in wanted:
        alike[tuple(missing.items())].append(name)
    return sum(
        _tag(client, names[start : start + BATCH], pairs)
        for pairs, names in alike.items()
        for start in range(0, len(names), BATCH)
    )


def _tag(client: Clients, names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> int:
    from botocore.exceptions import ClientError

    request: list[Any] = [{"Key": key, "Value": value} for key, value in pairs]
    try:
        client("ec2").create_tags(Resources=list(names), Tags=request)
    except ClientError as error:
        if error.response["Error"]["Code"] != GONE:
            raise fail(
                "aws_refused",
                f"EC2 did not let you tag {len(names)} snapshots: {error.response['Error'].get('Message')}",
                "run it again with a role that may; snapshots that have their tags are done",
            ) from error
        return sum(_tag(client, [name], pairs) for name in names) if len(names) > 1 else 0
    return len(names)
