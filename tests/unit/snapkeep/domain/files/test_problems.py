"""Why a question about files has no answer."""

from __future__ import annotations

import pytest

from snapkeep.domain import errors
from snapkeep.domain.files.problems import FileProblem, ProblemKind, problem_of


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.NotFound("x"), ProblemKind.NOT_FOUND),
        (errors.UnknownVolume("x"), ProblemKind.UNREADABLE),
        (errors.BrokenVolume("x"), ProblemKind.UNREADABLE),
        (errors.Forbidden("x"), ProblemKind.FORBIDDEN),
        (errors.Throttled("x"), ProblemKind.UNAVAILABLE),
        (errors.Invalid("x"), ProblemKind.FAILED),
    ],
)
def test_every_error_has_a_kind_and_says_what_to_do(error: errors.SnapkeepError, kind: ProblemKind) -> None:
    problem = problem_of(error)
    assert (problem.kind, problem.reason) == (kind, "x") and problem.fix


def test_a_refusal_keeps_its_words() -> None:
    refused = errors.FilesRefused("too deep", "raise `deepest`", "too_large")
    assert problem_of(refused) == FileProblem(ProblemKind.TOO_LARGE, "too deep", "raise `deepest`")
