"""A mistake on the command line is refused like everything else: a code, a sentence, what to type next."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from snapkeep_cli.api import connection
from snapkeep_cli.main import app
from snapkeep_cli.usage import in_words

MISTAKES = [
    ("hold", "POINT is missing", "snapkeep hold"),
    ("capacity", "--volumes is missing", "snapkeep capacity"),
    ("status --bogus", "there is no option --bogus", "snapkeep status"),
    (
        "restore --clster x",
        "there is no option --clster (did you mean --class, --cluster",
        "snapkeep restore",
    ),
    ("get points --limit", "--limit needs a value", "snapkeep get points"),
    ("--region", "--region needs a value", "snapkeep"),
    ("--regoin x status", "there is no option --regoin (did you mean --region?)", "snapkeep"),
    ("validate a.yaml b.yaml", "b.yaml: too many words", "snapkeep validate"),
    ("validate --help=x", "--help takes no value", "snapkeep validate"),
    ("get pints", "there is no command 'pints' (did you mean points?)", "snapkeep get"),
    ("statsu", "there is no command 'statsu' (did you mean status?)", "snapkeep"),
    ("watch --every soon", "--every: it must be a whole number", "snapkeep watch"),
    ("cost --change much", "--change: it must be a number", "snapkeep cost"),
    ("watch --every 1", "--every: it must be at least 2", "snapkeep watch"),
    ("cost --change 3", "--change: it must be at most 1", "snapkeep cost"),
    ("status -o xml", "-o, --output: 'xml' is none of 'table', 'wide', 'json', 'yaml'", "snapkeep status"),
    ("adopt --prefix UP!", "--prefix: it must be 1 to 21 of a-z, 0-9 and dashes", "snapkeep adopt"),
]
FOREIGN = re.compile(r"Input should|Value error|Invalid value|No such|Usage:|╭")


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


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Invalid value for '--every': 1 is not in the range x>=2.", "--every: it must be at least 2"),
        ("Invalid value for '--days': 900 is not in the range 1<=x<=400.", "--days: it must be 1 to 400"),
        ("Invalid value for '--every': 'soon' is not a valid integer.", "--every: it must be a whole number"),
        ("Invalid value for '[CLAIMS]...': nobody knows it", "CLAIMS: nobody knows it"),
        ("Something that no version says today.", "Something that no version says today"),
    ],
)
def test_the_words_of_other_versions_of_the_parser_are_read(message: str, words: str) -> None:
    assert in_words(message) == words


def test_ctrl_c_ends_a_command_with_the_code_that_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(connection, "connect", interrupted)
    assert CliRunner().invoke(app, ["status"]).exit_code == 130
