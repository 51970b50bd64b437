"""Templates that tests of several constructs look at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.files.limits import FileRules
from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import DEPLOYMENT, KEY, synthesized, template_of
from tests.unit.infra.template import Template

READABLE = replace(DEPLOYMENT, files=FileRules((KEY,)))
"""A deployment whose points' files can be read, encrypted ones under one key."""


@pytest.fixture(scope="session")
def readable_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment with files."""
    return template_of(synthesized(tmp_path_factory.mktemp("readable"), StackOptions(), deployment=READABLE))
