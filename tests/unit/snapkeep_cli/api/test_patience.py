"""A person sees that the command is waiting, but never twice at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from snapkeep_cli.api.patience import Patient, displayed
from snapkeep_cli.api.transport import Answer
from tests.fakes.terminal import terminal


class Slow:
    """Answers once somebody was told to wait, or at once."""

    def __init__(self, told: threading.Event | None = None) -> None:
        self.told = told

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        if self.told:
            assert self.told.wait(30)
        return Answer(200, {}, "{}")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set as soon as a timer of this module has shown its text."""
    happened = threading.Event()
    real = threading.Timer

    def timer(seconds: float, show: object) -> threading.Timer:
        def shown() -> None:
            show()  # type: ignore[operator]
            happened.set()

        return real(seconds, shown)

    monkeypatch.setattr("snapkeep_cli.api.patience.threading.Timer", timer)
    return happened


def ask(transport: Patient) -> Answer:
    return transport.send("GET", "/v1/clusters", {}, "")


def test_who_waits_is_told_once(told: threading.Event, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(Patient(Slow(told), soon=0)).status == 200
    assert capsys.readouterr().err.splitlines() == ["waiting for the API's answer; Ctrl+C gives up"]


def test_in_a_terminal_it_is_told_until_the_answer(
    told: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with terminal(monkeypatch, 80) as screen:
        ask(Patient(Slow(told), soon=0))
    assert "waiting for the API's answer" in screen.text


def test_a_quick_answer_is_not_commented(capsys: pytest.CaptureFixture[str]) -> None:
    ask(Patient(Slow(), soon=3600))
    assert capsys.readouterr().err == ""


def test_a_command_with_its_own_display_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with displayed():
        ask(Patient(Slow(), soon=0))
    assert capsys.readouterr().err == ""
