"""Who may do what: every row of the table, and what each role may asked for by every other, in one go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.files.limits import FileRules
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.proof.rules import CheckRules
from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import COPIED, SHARED, VAULTS, synthesized, template_of
from tests.unit.infra.iam.attackers import principals
from tests.unit.infra.iam.concrete import Concrete, roles
from tests.unit.infra.iam.rows import rows_of, rows_of_everybody
from tests.unit.infra.iam.things import POINTS_KEY, SECRETS_KEY, things
from tests.unit.infra.iam.world import Answer, World, ask
from tests.unit.infra.template import Template

OURS = [*rows_of_everybody(), *rows_of("functions"), *rows_of("schedules")]
ROWS = [*OURS, *rows_of("services"), *rows_of("attackers")]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of a deployment that has every function with every right: it copies to places of its own
    and to vaults, restores from copies, looks into points, archives them, saves objects and Secrets, backs up
    file systems, and lets people read files."""
    nightly, *others = COPIED.policies
    nightly = replace(
        nightly, objects=ObjectScope.NAMESPACE, secrets_key=SECRETS_KEY, archive_after={"monthly": "30d"}
    )
    deployment = replace(
        COPIED,
        policies=(nightly, *others, SHARED),
        places=(*COPIED.places, *VAULTS),
        adopt=True,
        checks=CheckRules((POINTS_KEY,)),
        files=FileRules((POINTS_KEY,)),
    )
    return template_of(synthesized(tmp_path_factory.mktemp("iam"), StackOptions(), deployment=deployment))


@pytest.fixture(scope="session")
def world(template: Template) -> World:
    """The stack of that deployment, deployed into a made-up account."""
    concrete = Concrete(template)
    policies = roles(concrete)
    return World(concrete, policies, principals(policies), things(concrete))


@pytest.fixture(scope="session")
def answers(world: World) -> list[Answer]:
    """What IAM answers to all rows."""
    return ask(world, OURS, ROWS)
