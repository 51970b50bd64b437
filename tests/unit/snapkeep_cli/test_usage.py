"""A mistake on the command line is refused like everything else: a code, a sentence, what to type next."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from snapkeep_cli.api import connection
from snapkeep_cli.main import app

MISTAKES = [
    ("hold", "POINT is missing", "snapkeep hold"),
    ("capacity", "--volumes is missing", "snapkeep capacity"),
    ("status --bogus", "no such option: --bogus", "snapkeep status"),
    ("restore --clster x", "no such option: --clster (did you mean --class, --cluster", "snapkeep restore"),
    ("get points --limit", "option '--limit' requires an argument", "snapkeep get points"),
    ("--region", "option '--region' requires an argument", "snapkeep"),
    ("--regoin x status", "no such option: --regoin (did you mean --region?)", "snapkeep"),
    ("validate a.yaml b.yaml", "got unexpected extra argument", "snapkeep validate"),
    ("validate --help=x", "option '--help' does not take a value", "snapkeep validate"),
    ("get pints", "no such command 'pints'. Did you mean 'points'?", "snapkeep get"),
    ("statsu", "no such command 'statsu'. Did you mean 'status'?", "snapkeep"),
    ("watch --every soon", "--every: should be a valid integer", "snapkeep watch"),
    ("cost --change much", "--change: should be a valid number", "snapkeep cost"),
    ("watch --every 1", "--every: should be greater than or equal to 2", "snapkeep watch"),
    ("cost --change 3", "--change: should be less than or equal to 1", "snapkeep cost"),
    ("status -o xml", "-o, --output: 'xml' is not one of 'table', 'wide', 'json', 'yaml'", "snapkeep status"),
    ("adopt --prefix UP!", "--prefix: it must be 1 to 21 of a-z, 0-9 and dashes", "snapkeep adopt"),
]
FOREIGN = re.compile(r"Input should|Value error|Invalid value|Usage:|╭")


@pytest.mark.parametrize(("typed", "text", "command"), MISTAKES)
def test_a_mistake_shows_its_code_a_sentence_and_where_the_help_is(
    typed: str, text: str, command: str
) -> None:
    ended = CliRunner().invoke(app, typed.split(), prog_name="snapkeep", env={"COLUMNS": "200"})

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert f"error[usage]: {text}" in ended.stderr
    assert ended.stderr.rstrip().endswith(f"fix: {command} --help")
    assert not FOREIGN.search(ended.stderr)


@pytest.mark.parametrize("group", ["", "get", "describe", "retention", "policies"])
def test_a_group_that_is_named_alone_shows_its_help(group: str) -> None:
    ended = CliRunner().invoke(app, group.split(), prog_name="snapkeep")

    assert f"Usage: {' '.join(('snapkeep', *group.split()))} [OPTIONS] COMMAND" in ended.output
    assert "error[" not in ended.output


def test_ctrl_c_ends_a_command_with_the_code_that_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(connection, "connect", interrupted)
    assert CliRunner().invoke(app, ["status"]).exit_code == 130
