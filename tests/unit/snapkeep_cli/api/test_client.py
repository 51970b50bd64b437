"""What comes back is a document or a problem, and problems end commands with their code."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from snapkeep_cli.api.client import ApiClient, ApiProblem
from snapkeep_cli.api.transport import Answer
from snapkeep_cli.exit_codes import Exit


class Canned:
    """Answers everything the same."""

    def __init__(self, status: int, text: str) -> None:
        self.answer = Answer(status, {}, text)
        self.paths: list[str] = []

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        self.paths.append(path)
        return self.answer


@pytest.mark.parametrize(
    ("status", "text", "exit_code"),
    [
        (422, '{"code": "restore_refused", "detail": "too small"}', Exit.REFUSED),
        (409, '{"code": "conflict", "detail": "taken"}', Exit.REFUSED),
        (404, '{"code": "not_found"}', Exit.NOT_FOUND),
        (401, '{"code": "unauthenticated"}', Exit.FORBIDDEN),
        (403, '{"message": "Forbidden"}', Exit.FORBIDDEN),
        (503, '{"code": "unavailable"}', Exit.UNAVAILABLE),
        (500, "<html>", Exit.FAILED),
        (200, "[1]", Exit.FAILED),
    ],
)
def test_a_problem_has_an_exit_code(status: int, text: str, exit_code: Exit) -> None:
    with pytest.raises(ApiProblem) as found:
        ApiClient(Canned(status, text)).get("clusters")
    assert found.value.exit_code is exit_code


def test_an_answer_that_is_no_problem_is_shown_as_it_came() -> None:
    with pytest.raises(ApiProblem, match="HTTP 502 without a problem document: 'Bad gateway'"):
        ApiClient(Canned(502, "Bad gateway")).get("clusters")


@pytest.mark.parametrize("text", ["<html>Sign in", "[1]", "null", "5"])
def test_a_page_of_somebody_else_is_no_answer(text: str) -> None:
    with pytest.raises(ApiProblem, match="the answer did not come from Snapkeep"):
        ApiClient(Canned(200, text)).get("clusters", "myeks", "status")


def test_segments_are_encoded_and_empty_parameters_left_out() -> None:
    canned = Canned(200, "{}")
    ApiClient(canned).get("clusters", "a/b", "coverage", since="", limit=5, state="x y")
    assert canned.paths == ["/v1/clusters/a%2Fb/coverage?limit=5&state=x+y"]


def test_an_empty_name_is_refused_instead_of_asking_for_a_list() -> None:
    canned = Canned(200, "{}")
    with pytest.raises(ApiProblem, match="one of the names is empty") as refused:
        ApiClient(canned).get("clusters", "myeks", "recovery-points", "")
    assert refused.value.exit_code is Exit.USAGE
    assert canned.paths == []
