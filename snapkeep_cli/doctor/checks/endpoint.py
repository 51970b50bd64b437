"""The route from the functions to the cluster's API: a public endpoint, or a VPC for the private one.

https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import EksCluster, Facts, Function, Unknown
from snapkeep_cli.doctor.findings import Finding, cannot_tell, listed, ok, problem

ENDPOINT = "endpoint"
ANYWHERE = "0.0.0.0/0"


def endpoint(facts: Facts) -> Iterator[Finding]:
    """Every function can reach the cluster's API."""
    found = facts.described
    if isinstance(found, Unknown) or found is None:
        return
    functions = {} if isinstance(facts.functions, Unknown) else facts.functions
    inside = [function for function in functions.values() if function.vpc]
    if len(inside) < len(functions) or not functions:
        yield from _from_outside(facts, found, len(functions) - len(inside))
    if inside:
        yield from _from_inside(facts, found, inside)


def _from_outside(facts: Facts, found: EksCluster, number: int) -> Iterator[Finding]:
    who = f"{number} functions without a VPC" if number else "functions without a VPC"
    if found.public and ANYWHERE in found.public_cidrs:
        yield ok(ENDPOINT, f"public: {who} reach it, and access entries identify them")
        return
    where = f"open to {listed(list(found.public_cidrs))} only" if found.public else "private"
    yield problem(
        ENDPOINT,
        f"the endpoint is {where}: {who} have no fixed address and cannot reach it. Put them into "
        f"{found.vpc}: deployment.vpc in {facts.visit.config}, whose cluster_security_groups names "
        f"{found.security_group} for {facts.visit.cluster}",
        commands.deploy(facts.visit),
    )


def _from_inside(facts: Facts, found: EksCluster, functions: list[Function]) -> Iterator[Finding]:
    foreign = sorted({function.vpc for function in functions if function.vpc != found.vpc})
    if not found.private or foreign:
        why = (
            f"they are in {listed(foreign)}, not in {found.vpc}" if foreign else "the endpoint is public only"
        )
        text = f"whether {len(functions)} functions in a VPC reach the cluster depends on its routes: {why}"
        yield cannot_tell(ENDPOINT, Unknown(text))
        return
    admitted = facts.open_to_functions
    if isinstance(admitted, Unknown):
        yield cannot_tell(ENDPOINT, admitted)
        return
    groups = sorted({group for function in functions for group in function.security_groups})
    closed = [group for group in groups if group not in admitted and group != found.security_group]
    if not closed:
        yield ok(ENDPOINT, f"private: {len(functions)} functions in {found.vpc} are let in on port 443")
    for group in closed:
        yield problem(
            ENDPOINT,
            f"security group {found.security_group} of the cluster keeps {group} of the functions out",
            commands.aws(
                facts.visit,
                *("ec2", "authorize-security-group-ingress", "--group-id", found.security_group),
                *("--protocol", "tcp", "--port", "443", "--source-group", group),
            ),
        )
