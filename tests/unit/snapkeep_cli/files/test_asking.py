"""What takes longer than an answer may is waited for, and asked again when it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import typer

from snapkeep_cli.api import waiting
from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.transport import Answer, Unreachable
from snapkeep_cli.files.asking import ask

ABOUT = ("recovery-points", "data-1", "listings")
ASKED = "POST /v1/clusters/myeks/namespaces/shop/recovery-points/data-1/listings"
LOOKED = "GET /v1/clusters/myeks/namespaces/shop/file-operations/0a1b"
RUNNING = {"id": "0a1b", "state": "running", "text": "3,000 blocks read", "problem": None}
DONE = RUNNING | {"state": "done", "text": ""}
PROBLEM = {"status": 422, "code": "files_refused", "detail": "it is LUKS", "fix": "restore it"}
UNSIGNED = {"code": "unauthenticated", "detail": "not signed, or no such route"}


@dataclass
class Script:
    """Answers in turn, and remembers what was asked."""

    answers: list[tuple[int, dict[str, Any]] | Unreachable]
    asked: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        self.asked.append(f"{method} {path}")
        answer = self.answers.pop(0)
        if isinstance(answer, Unreachable):
            raise answer
        return Answer(answer[0], {}, json.dumps(answer[1]))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "EVERY", waiting.EVERY * 0)


def asked(*answers: tuple[int, dict[str, Any]] | Unreachable) -> tuple[Script, Any]:
    """What was sent, and the answer."""
    script = Script(list(answers))
    return script, ask(ApiClient(script), "myeks", "shop", ABOUT, {"path": "/"}, 60)


def test_an_answer_that_is_there_is_not_waited_for() -> None:
    script, answer = asked((200, {"entries": []}))
    assert (script.asked, answer) == ([ASKED], {"entries": []})


def test_an_operation_is_followed_and_then_the_same_is_asked_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    script, answer = asked((202, RUNNING), (200, RUNNING), (200, DONE), (200, {"entries": []}))
    assert script.asked == [ASKED, LOOKED, LOOKED, ASKED]
    assert answer == {"entries": []}
    assert "running: 3,000 blocks read" in capsys.readouterr().err


def test_an_operation_that_fails_ends_as_if_it_had_been_refused_at_once() -> None:
    with pytest.raises(ApiProblem, match="it is LUKS") as refused:
        asked((202, RUNNING), (200, RUNNING | {"state": "failed", "problem": PROBLEM}))
    assert (refused.value.code, refused.value.status) == ("files_refused", 422)


def test_a_deployment_without_files_says_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        asked((401, UNSIGNED), (200, {"clusters": [], "sources": [], "files": False}))
    assert ended.value.exit_code == 3
    shown = capsys.readouterr().err
    assert "error[no_files]: this deployment does not read files" in shown
    assert "write `files: {keys: " in shown


@pytest.mark.parametrize(
    "listed",
    [
        (200, {"clusters": [], "sources": [], "files": True}),
        (401, UNSIGNED),
        Unreachable("nobody"),
    ],
)
def test_without_a_signature_or_an_answer_that_is_what_is_wrong(
    listed: tuple[int, dict[str, Any]] | Unreachable,
) -> None:
    with pytest.raises(ApiProblem, match="not signed, or no such route"):
        asked((401, UNSIGNED), listed)
