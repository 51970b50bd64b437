"""`python -m snapkeep_cli.config FILE` prints the deployment, or what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from snapkeep.domain.policies import from_document
from snapkeep_cli.config.__main__ import main
from snapkeep_cli.config.stack_size import StackSize

EXAMPLE = Path(__file__).parents[4] / "snapkeep.yaml"


def test_a_valid_file_is_printed_as_the_functions_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(EXAMPLE)]) == 0
    said = capsys.readouterr()
    assert from_document(json.loads(said.out)).policy("nightly")
    size = StackSize(1, 4, checks=True, files=True, objects=True, file_systems=True)
    assert f"{size.resources} CloudFormation resources" in said.err


def test_a_wrong_file_exits_2_with_the_errors_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "snapkeep.yaml"
    file.write_text("polices: []\n")
    assert main([str(file)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert f"{file}:1: polices: unknown key (did you mean 'policies'?)" in output.err


def test_without_a_file_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err == "usage: python -m snapkeep_cli.config FILE\n"
