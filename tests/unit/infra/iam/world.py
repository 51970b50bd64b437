"""A world of roles and things, and what IAM answers in it to the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.unit.infra.iam.attackers import GUARDED, Principal
from tests.unit.infra.iam.concrete import Concrete, granted, shown
from tests.unit.infra.iam.rows import Row, context_of
from tests.unit.infra.iam.simulator import Verdict, request, simulate
from tests.unit.infra.iam.things import Thing, things_of


@dataclass(frozen=True)
class World:
    """The roles of the synthesized template, and the things of the table."""

    concrete: Concrete
    roles: Mapping[str, dict[str, Any]]
    principals: Mapping[str, Principal]
    things: Mapping[str, Thing]

    def thing(self, row: Row) -> Thing:
        """What the row is about; `its log` and the like are of the role that the row names."""
        if row.upon.startswith("its "):
            return things_of(self.concrete, row.who)[row.upon]
        return self.things[row.upon]

    def request(self, row: Row, who: str) -> dict[str, Any]:
        """The request of a row, sent by somebody."""
        thing = self.thing(row)
        principal = self.principals.get(who) or Principal(who)
        context = context_of(row, thing)
        for key, value in row.context.items():
            named = self.things.get(value) if isinstance(value, str) else None
            context[key] = named.arn if named else value
        if principal.arn.startswith("arn:"):
            context["aws:PrincipalArn"] = principal.arn
        return request(
            principal=principal.arn,
            action=row.action,
            arn=thing.arn,
            context=context,
            identity=principal.identity,
            resource_policy=thing.policy,
            service_control=principal.service_control,
            account=self.concrete.account,
        )


@dataclass(frozen=True)
class Answer:
    """What IAM says to the request of a row, sent by `who`."""

    who: str
    row: Row
    verdict: Verdict


def ask(world: World, ours: Sequence[Row], rows: Sequence[Row]) -> list[Answer]:
    """The answers to all `rows`, then those to what each role may (`ours`): when the organization's guard is
    above it, and when every other role asks for it."""
    mine = {
        who: [world.request(row, who) for row in ours if row.who == who and row.allowed]
        for who in world.roles
    }
    asked = [(row.who, row, world.request(row, row.who)) for row in rows]
    guarded = [(f"{row.who}{GUARDED}", row) for row in ours if row.allowed]
    asked += [(who, row, world.request(row, who)) for who, row in guarded]
    for row in ours:
        for who in world.roles:
            sent = world.request(row, who)
            if row.allowed and sent not in mine[who]:
                asked.append((who, row, sent))
    verdicts = simulate([sent for _, _, sent in asked])
    return [Answer(who, row, verdict) for (who, row, _), verdict in zip(asked, verdicts, strict=True)]


def wrong(answers: Sequence[Answer], who: str) -> list[str]:
    """Where IAM answers somebody otherwise than their rows say."""
    return [
        f"{each.row}: IAM says {each.verdict.result}"
        for each in answers
        if each.who == each.row.who == who and each.verdict.allowed is not each.row.allowed
    ]


def too_much(answers: Sequence[Answer], borrower: str) -> list[str]:
    """What a role can do although only another's rows say so."""
    return [
        f"{borrower} can do what {each.row}"
        for each in answers
        if each.who == borrower != each.row.who and each.verdict.allowed
    ]


def taken_by_the_guard(answers: Sequence[Answer]) -> list[str]:
    """What the organization's guard takes from a role."""
    guarded = [each for each in answers if each.who == f"{each.row.who}{GUARDED}"]
    return [f"{each.row}: {each.verdict.result}" for each in guarded if not each.verdict.allowed]


def idle(world: World, answers: Sequence[Answer]) -> list[str]:
    """What a role is granted although no row needs it."""
    needed = {
        (each.who, sid, each.row.action)
        for each in answers
        for sid in each.verdict.allowed_by
        if each.who == each.row.who and each.row.allowed
    }
    return [
        f"{role} may {action}, but no row of the table needs it: {shown(policy, sid)}"
        for role, policy in world.roles.items()
        for sid, action in sorted(granted(policy))
        if (role, sid, action) not in needed
    ]


def unknown_keys(answers: Sequence[Answer]) -> list[str]:
    """Keys in what is allowed that IAM does not know for the action."""
    return [f"{each.row}: {key}" for each in answers if each.row.allowed for key in each.verdict.unknown_keys]
