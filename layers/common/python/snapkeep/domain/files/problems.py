"""Why a question about files has no answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from snapkeep.domain import errors


class ProblemKind(StrEnum):
    """A kind of problem, for machines.

    `unreadable` is a volume, or a part of it, that holds what cannot be read; `not_ready` a point whose
    snapshot EBS does not serve now: pending, failed, or in the archive tier. `unavailable` may work later.
    """

    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    TOOK_TOO_LONG = "took_too_long"
    NOT_READY = "not_ready"
    UNREADABLE = "unreadable"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What went wrong, and what to do next."""

    kind: ProblemKind
    reason: str
    fix: str = ""


RETRY = "ask again in a minute"

_KINDS: tuple[tuple[type[errors.SnapkeepError], ProblemKind, str], ...] = (
    (errors.TemporaryError, ProblemKind.UNAVAILABLE, RETRY),
    (errors.NotFound, ProblemKind.NOT_FOUND, "`snapkeep ls POINT:/` shows what the point holds"),
    (errors.TooLarge, ProblemKind.TOO_LARGE, "ask for less, or restore the claim"),
    (errors.UnknownVolume, ProblemKind.UNREADABLE, "restore the claim to read it"),
    (errors.BrokenVolume, ProblemKind.UNREADABLE, "try another recovery point, or restore the claim"),
    (errors.Forbidden, ProblemKind.FORBIDDEN, "list the key under `files` in snapkeep.yaml, and deploy"),
)


def is_out_of_time(error: errors.SnapkeepError) -> bool:
    """True when the time of a question is over."""
    return problem_of(error).kind is ProblemKind.TOOK_TOO_LONG


def problem_of(error: errors.SnapkeepError) -> FileProblem:
    """The problem that an error is."""
    if isinstance(error, errors.FilesRefused):
        return FileProblem(ProblemKind(error.kind), error.reason, error.fix)
    for kind, problem, fix in _KINDS:
        if isinstance(error, kind):
            return FileProblem(problem, error.reason, fix)
    return FileProblem(ProblemKind.FAILED, error.reason, RETRY)
