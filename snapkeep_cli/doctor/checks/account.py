"""The account: credentials, the cluster and its authentication mode, what is deployed, the snapshot quota."""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep_cli.config.cluster_access import serving_parameter
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.ebs import SNAPSHOTS_PER_REGION
from snapkeep_cli.doctor.facts import Facts, Unknown, deployment_of
from snapkeep_cli.doctor.findings import Finding, Verdict, cannot_tell, listed, ok, problem

PENDING_LIMIT = 100
"""Pending snapshots of an account and Region.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

WITH_ENTRIES = ("API", "API_AND_CONFIG_MAP")


def credentials(facts: Facts) -> Iterator[Finding]:
    """The caller has valid credentials."""
    caller = facts.caller
    if isinstance(caller, Unknown):
        yield problem("credentials", f"AWS does not accept the credentials: {caller.why}", caller.fix)
    else:
        yield ok("credentials", f"{caller.arn} in account {caller.account}, Region {facts.visit.region}")


def cluster(facts: Facts) -> Iterator[Finding]:
    """The cluster exists in the Region that the config names, and is ACTIVE."""
    found, visit = facts.described, facts.visit
    if isinstance(found, Unknown):
        yield cannot_tell("cluster", found)
    elif found is None:
        text = f"EKS has no cluster {visit.cluster} in {visit.region} of this account: correct {visit.config}"
        yield problem("cluster", text, commands.aws(visit, "eks", "list-clusters"))
    elif found.status != "ACTIVE":
        wait = commands.aws(visit, "eks", "wait", "cluster-active", "--name", visit.cluster)
        yield problem("cluster", f"{visit.cluster} is {found.status}, not ACTIVE", wait)
    else:
        yield ok("cluster", f"{visit.cluster} is ACTIVE, Kubernetes {found.version}")


def authentication(facts: Facts) -> Iterator[Finding]:
    """The cluster's authentication mode honours access entries.

    https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
    """
    found, visit = facts.described, facts.visit
    if isinstance(found, Unknown) or found is None:
        return
    mode = found.authentication_mode
    if mode in WITH_ENTRIES:
        yield ok("authentication", f"mode {mode} honours access entries")
        return
    yield problem(
        "authentication",
        f"mode {mode} ignores access entries, so no function gets in; the change below keeps aws-auth "
        "and cannot be undone",
        commands.aws(
            visit,
            *("eks", "update-cluster-config", "--name", visit.cluster),
            *("--access-config", "authenticationMode=API_AND_CONFIG_MAP"),
        ),
    )


def deployment(facts: Facts) -> Iterator[Finding]:
    """Every function that talks to clusters exists."""
    found, visit = facts.functions, facts.visit
    if isinstance(found, Unknown):
        yield cannot_tell("deployment", found)
        return
    missing = [name for name in visit.access if name not in found]
    if not found:
        text = f"no function {visit.prefix}-… in {visit.region} yet: access entries come with the deployment"
        yield Finding("deployment", Verdict.LATER, text, commands.deploy(visit))
    elif missing:
        text = f"{len(missing)} of {len(visit.access)} functions are missing: {listed(missing)}"
        yield problem("deployment", text, commands.deploy(visit))
    else:
        yield ok(
            "deployment", f"{len(found)} of {len(visit.access)} functions that talk to clusters are deployed"
        )


def serving(facts: Facts) -> Iterator[Finding]:
    """No other deployment serves the cluster, according to its parameter and the cluster's classes."""
    found, visit = facts.served_by, facts.visit
    if isinstance(found, Unknown):
        yield cannot_tell("serving", found)
        return
    classes = () if isinstance(facts.classes, Unknown) else facts.classes
    others = sorted({found or "", *map(deployment_of, classes)} - {"", visit.prefix})
    for other in others:
        yield problem(
            "serving",
            f"the deployment {other} serves {visit.cluster}, and only one can: remove the cluster from the "
            f"config of one and deploy that one, or deploy as {other} (-c prefix={other}). Once "
            f"{other} is gone, `snapkeep adopt --from {other}` takes its recovery points over",
            commands.aws(visit, "ssm", "get-parameter", "--name", serving_parameter(visit.cluster))
            if other == found
            else commands.manifests(visit),
        )
    if found and not others:
        yield ok("serving", f"the deployment {found} serves {visit.cluster}, and no other does")


def quota(facts: Facts) -> Iterator[Finding]:
    """The Region has room for snapshots."""
    found = facts.snapshots
    if isinstance(found, Unknown):
        yield cannot_tell("quota", found)
    elif found.used >= found.counted_to:
        yield problem(
            "quota",
            f"{found.used:,} or more of the {found.limit:,} snapshots allowed in this Region are in use: "
            "at the limit, no backup can be made",
            commands.aws(
                facts.visit,
                *("service-quotas", "request-service-quota-increase", "--service-code", "ebs"),
                *("--quota-code", SNAPSHOTS_PER_REGION, "--desired-value", str(found.limit * 2)),
            ),
        )
    else:
        yield ok("quota", f"{found.used:,} of {found.limit:,} snapshots allowed in the Region are in use")


def pending(facts: Facts) -> Iterator[Finding]:
    """Other work leaves room for our pending snapshots."""
    found, ours = facts.pending, facts.visit.pending
    if isinstance(found, Unknown):
        yield cannot_tell("pending", found)
    elif found >= ours:
        yield problem(
            "pending",
            f"{found} snapshots are pending, and we create none above {ours} (EC2 allows {PENDING_LIMIT}): "
            "backups wait until some complete",
            commands.aws(
                facts.visit,
                *("ec2", "describe-snapshots", "--owner-ids", "self"),
                *("--filters", "Name=status,Values=pending"),
            ),
        )
    else:
        yield ok(
            "pending",
            f"{found} of the {PENDING_LIMIT} snapshots that may be pending are; we stop at {ours}",
        )
