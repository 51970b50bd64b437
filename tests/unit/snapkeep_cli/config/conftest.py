"""A config file on disk, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from snapkeep.domain.policies import Deployment
from snapkeep_cli.config import ConfigError, load

Loader = Callable[[str], Deployment]
Refusals = Callable[[str], list[str]]


@pytest.fixture
def loaded(tmp_path: Path) -> Loader:
    """Loads a text as a config file."""

    def load_text(text: str) -> Deployment:
        file = tmp_path / "snapkeep.yaml"
        file.write_text(dedent(text), encoding="utf-8")
        return load(file)

    return load_text


@pytest.fixture
def refusals(loaded: Loader) -> Refusals:
    """Loads a text that is wrong; gives the lines of the error without the folder of the file."""

    def refuse(text: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            loaded(text)
        folder = caught.value.file.removesuffix("snapkeep.yaml")
        return [line.removeprefix(folder) for line in str(caught.value).splitlines()]

    return refuse
