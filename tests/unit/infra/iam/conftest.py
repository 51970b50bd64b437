"""Who may do what: every row of the table, and what each role may asked for by every other, in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import COPIED, VAULTS, synthesized, template_of
from tests.unit.infra.iam.attackers import GUARDED, Principal, principals
from tests.unit.infra.iam.concrete import Concrete, roles
from tests.unit.infra.iam.rows import Row, context_of, rows_of, rows_of_everybody
from tests.unit.infra.iam.simulator import Verdict, request, simulate
from tests.unit.infra.iam.things import Thing, things, things_of
from tests.unit.infra.template import Template

OURS = [*rows_of_everybody(), *rows_of("functions"), *rows_of("schedules")]
ROWS = [*OURS, *rows_of("services"), *rows_of("attackers")]


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
        )


@dataclass(frozen=True)
class Answer:
    """What IAM says to the request of a row, sent by `who`."""

    who: str
    row: Row
    verdict: Verdict


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of a deployment that has every function with every right: it copies to places of its own
    and to vaults, and restores from copies."""
    deployment = replace(COPIED, places=(*COPIED.places, *VAULTS), adopt=True)
    return template_of(synthesized(tmp_path_factory.mktemp("iam"), StackOptions(), deployment=deployment))


@pytest.fixture(scope="session")
def world(template: Template) -> World:
    """The stack of that deployment, deployed into a made-up account."""
    concrete = Concrete(template)
    policies = roles(concrete)
    return World(concrete, policies, principals(policies), things(concrete))


@pytest.fixture(scope="session")
def answers(world: World) -> list[Answer]:
    """The answers to all rows, then those to what each role may: when the organization's guard is above it,
    and when every other role asks for it."""
    mine = {
        who: [world.request(row, who) for row in OURS if row.who == who and row.allowed]
        for who in world.roles
    }
    asked = [(row.who, row, world.request(row, row.who)) for row in ROWS]
    guarded = [(f"{row.who}{GUARDED}", row) for row in OURS if row.allowed]
    asked += [(who, row, world.request(row, who)) for who, row in guarded]
    for row in OURS:
        for who in world.roles:
            sent = world.request(row, who)
            if row.allowed and sent not in mine[who]:
                asked.append((who, row, sent))
    verdicts = simulate([sent for _, _, sent in asked])
    return [Answer(who, row, verdict) for (who, row, _), verdict in zip(asked, verdicts, strict=True)]
