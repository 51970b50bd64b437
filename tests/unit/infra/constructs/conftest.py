"""Templates that tests of several constructs look at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.files.limits import FileRules
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import DEPLOYMENT, KEY, NIGHTLY, PAUSED, synthesized, template_of
from tests.unit.infra.template import Template

READABLE = replace(DEPLOYMENT, files=FileRules((KEY,)))
"""A deployment whose points' files can be read, encrypted ones under one key."""


@pytest.fixture(scope="session")
def readable_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment with files."""
    return template_of(synthesized(tmp_path_factory.mktemp("readable"), StackOptions(), deployment=READABLE))


SAVING = replace(
    DEPLOYMENT,
    policies=(replace(NIGHTLY, objects=ObjectScope.NAMESPACE), PAUSED),
    custom_kinds=("a.example.com",),
)
"""A deployment that saves the objects of namespaces, locked for two weeks."""


@pytest.fixture(scope="session")
def saving_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment that saves objects."""
    return template_of(synthesized(tmp_path_factory.mktemp("saving"), StackOptions(), deployment=SAVING))


ADOPTING = replace(DEPLOYMENT, adopt=True)
"""A deployment that restores from the copies in its Region."""


@pytest.fixture(scope="session")
def adopting_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment that adopts copies."""
    return template_of(synthesized(tmp_path_factory.mktemp("adopting"), StackOptions(), deployment=ADOPTING))
