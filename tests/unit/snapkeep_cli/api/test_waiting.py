"""`--wait`: a bar in a terminal, lines elsewhere, and patience with an API that is away for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import typer

from snapkeep_cli.api.client import ApiProblem
from snapkeep_cli.api.transport import Unreachable
from snapkeep_cli.api.waiting import wait_for
from snapkeep_cli.exit_codes import Exit
from tests.fakes.terminal import terminal

STEPS = (
    {"state": "planning", "text": "0 of 0 points ready", "ready": 0, "total": 0},
    {"state": "running", "text": "1 of 2 points ready", "ready": 1, "total": 2},
    {"state": "completed", "text": "2 of 2 points ready", "ready": 2, "total": 2},
)


def looking(*answers: Any) -> Callable[[], Any]:
    """Answers one after the other; an exception is raised, and the last answer stays."""
    left: Iterator[Any] = iter((*answers, *[answers[-1]] * 100))

    def look() -> Any:
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found

    return look


def wait(look: Callable[[], Any], seconds: int = 60) -> Any:
    """Wait with a clock that advances by ten seconds at each reading."""
    return wait_for(
        look,
        ("completed",),
        timedelta(seconds=seconds),
        clock=count(0, 10).__next__,
        sleep=lambda _: None,
    )


def test_each_change_is_a_line_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert wait(looking(STEPS[0], STEPS[0], *STEPS[1:]))["state"] == "completed"
    assert capsys.readouterr().err.splitlines() == [
        "planning: 0 of 0 points ready",
        "running: 1 of 2 points ready",
        "completed: 2 of 2 points ready",
    ]


def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, 80) as screen:
        wait(looking(*STEPS))
    assert "━" in screen.text
    assert "completed: 2 of 2 points ready" in screen.text


@pytest.mark.parametrize("trouble", [Unreachable("gone"), ApiProblem(503, {"code": "unavailable"})])
def test_an_api_that_is_away_for_a_while_is_asked_again(
    trouble: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wait(looking(STEPS[0], trouble, STEPS[2]))["state"] == "completed"
    assert "no answer, asking again" in capsys.readouterr().err


def test_an_answer_that_is_final_ends_the_waiting() -> None:
    with pytest.raises(ApiProblem):
        wait(looking(ApiProblem(403, {"code": "forbidden"})))


def test_it_gives_up_in_time_and_says_what_was_last_known(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        wait(looking(STEPS[1], Unreachable("gone")), seconds=30)
    assert ended.value.exit_code == Exit.STILL_WAITING
    assert "error[still_waiting]: still running: 1 of 2 points ready after 30 s" in capsys.readouterr().err
