"""Access to the cluster: an access entry for each function's role, and what RBAC grants its group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from snapkeep_cli.config.cluster_access import Rule, group_name
from snapkeep_cli.doctor import commands
from snapkeep_cli.doctor.facts import AccessEntry, Facts, Function, Grant, Rights, Unknown, Visit
from snapkeep_cli.doctor.findings import Finding, Verdict, cannot_tell, listed, ok, problem

Right = tuple[str, str, str]
"""API group, resource, verb."""

ENTRY, RBAC = "access entry", "rbac"


def access_entries(facts: Facts) -> Iterator[Finding]:
    """Each function's role has an access entry that puts it into the function's group.

    https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
    """
    functions, entries = facts.functions, facts.entries
    if isinstance(functions, Unknown) or not functions:
        return
    if isinstance(entries, Unknown):
        yield cannot_tell(ENTRY, entries)
        return
    wrong = [
        finding
        for name, function in functions.items()
        for finding in _entry(facts.visit, function, entries.get(name))
    ]
    good = len(functions) - len(wrong)
    if good:
        yield ok(ENTRY, f"{good} of {len(functions)} roles have one, each in its function's group")
    yield from wrong


def rbac(facts: Facts) -> Iterator[Finding]:
    """Each function's group may do what the function needs, and no more."""
    if isinstance(facts.rights, Unknown):
        yield cannot_tell(RBAC, facts.rights)
        return
    told = {name: rights for name, rights in facts.rights.items() if isinstance(rights, Rights)}
    wrong = {name: list(_rights(facts, name, rights)) for name, rights in told.items()}
    good = [name for name, findings in wrong.items() if not findings]
    if good:
        how = told[good[0]].source
        yield ok(RBAC, f"{len(good)} of {len(facts.rights)} groups may do what their function needs, {how}")
    yield from chain.from_iterable(wrong.values())
    unknown = [rights for rights in facts.rights.values() if isinstance(rights, Unknown)]
    if unknown:
        yield cannot_tell(RBAC, unknown[0])


def _entry(visit: Visit, function: Function, entry: AccessEntry | None) -> Iterator[Finding]:
    group = group_name(function.name)
    of_role = ("--principal-arn", function.role, "--kubernetes-groups", group)
    if entry is None:
        text = f"{function.name} cannot get in: its role {function.role} has no access entry"
        yield problem(ENTRY, text, commands.eks(visit, "create-access-entry", *of_role))
    elif group not in entry.groups:
        has = listed(list(entry.groups)) or "none"
        text = f"{function.name} has no rights: its access entry lacks group {group} (it has {has})"
        yield problem(ENTRY, text, commands.eks(visit, "update-access-entry", *of_role))


def _rights(facts: Facts, name: str, rights: Rights) -> Iterator[Finding]:
    needed = set(_needed(facts.visit.access[name]))
    missing = sorted(right for right in needed if not any(_gives(grant, right) for grant in rights.grants))
    fix = commands.manifests(facts.visit)
    if missing:
        text = (
            f"{name} lacks {len(missing)} of its {len(needed)} rights: {_in_words(missing)} ({rights.source})"
        )
        yield Finding(RBAC, _verdict(facts, rights), text, fix)
    beyond = sorted(set(_given(rights.grants, facts.visit.access)) - needed)
    if beyond:
        text = (
            f"{name} may do more than it needs: {_in_words(beyond)} ({rights.source}). If the command below "
            f"changes nothing, another binding gives it to {group_name(name)} or to everybody"
        )
        yield problem(RBAC, text, fix)


def _verdict(facts: Facts, rights: Rights) -> Verdict:
    if rights.incomplete:
        return Verdict.CANNOT_TELL
    return Verdict.LATER if facts.deployed is False else Verdict.PROBLEM


def _needed(rules: Iterable[Rule]) -> Iterator[Right]:
    for rule in rules:
        yield from ((rule.api_group, resource, verb) for resource in rule.resources for verb in rule.verbs)


def _gives(grant: Grant, right: Right) -> bool:
    """True if the grant gives the right; a grant for single names does not cover the whole kind."""
    lists = (grant.api_groups, grant.resources, grant.verbs)
    return not grant.names and all(
        wanted in there or "*" in there for wanted, there in zip(right, lists, strict=True)
    )


def _given(grants: Iterable[Grant], access: Mapping[str, tuple[Rule, ...]]) -> Iterator[Right]:
    """Rights in the API groups that we use, which leaves out everybody's right to review their own access."""
    ours = {rule.api_group for rules in access.values() for rule in rules} | {"*"}
    for grant in grants:
        for group in ours.intersection(grant.api_groups):
            yield from ((group, resource, verb) for resource in grant.resources for verb in grant.verbs)


def _in_words(rights: list[Right]) -> str:
    """`delete, get volumesnapshots`, and `* *.*` for everything."""
    verbs: dict[str, list[str]] = {}
    for group, resource, verb in rights:
        verbs.setdefault(f"{resource}.*" if group == "*" else resource, []).append(verb)
    return "; ".join(f"{', '.join(sorted(said))} {resource}" for resource, said in verbs.items())
