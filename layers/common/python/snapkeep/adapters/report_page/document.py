"""The claims and points of a report as compact JSON, from which the page's script builds rows as needed.

Repeated texts (mostly reasons) are written once and referred to by number, and the points come in chunks, so
that a page with many claims is drawn before its last point has been read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snapkeep.domain.files.commands import ls_command
from snapkeep.domain.points import PointState
from snapkeep.domain.proof.shown import CheckState
from snapkeep.domain.report.claims import ClaimState, Day, ReportedClaim
from snapkeep.domain.report.points import Outlook, ReportedPoint
from snapkeep.domain.sizes import GIB

if TYPE_CHECKING:
    from snapkeep.domain.report.facts import Report

CHUNK = 250
"""How many claims' points are in one chunk."""

LETTERS = {Day.GOOD: "g", Day.FAILED: "f", Day.NONE: "-", Day.UNKNOWN: "?"}

STATES, FATES, POINT_STATES = list(ClaimState), list(Outlook), list(PointState)


class Texts:
    """Texts by number, each once."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text."""
        if text not in self._numbers:
            self._numbers[text] = len(self.all)
            self.all.append(text)
        return self._numbers[text]


def claims_document(report: Report) -> dict[str, Any]:
    """Every claim without its points, and its last days as a letter each.

    Times are epoch seconds, durations seconds, None where unknown."""
    return {
        "at": int(report.at.timestamp()),
        "timezone": report.timezone,
        "chunk": CHUNK,
        "states": [state.value for state in STATES],
        "fates": [fate.value for fate in FATES],
        "pointStates": [state.value for state in POINT_STATES],
        "claims": [
            [
                claim.namespace,
                claim.claim,
                STATES.index(claim.state),
                claim.reason,
                ", ".join(claim.policies),
                _epoch(claim.last_good),
                _epoch(claim.next_run),
                int(claim.objective.total_seconds()) if claim.objective else None,
                len(claim.points),
                "".join(LETTERS[day] for day in claim.days),
            ]
            for claim in report.claims
        ],
    }


def point_chunks(report: Report) -> list[dict[str, Any]]:
    """The points of the claims, in order, `CHUNK` claims per chunk with the texts it refers to."""
    starts = range(0, len(report.claims), CHUNK)
    return [_chunk(report, report.claims[start : start + CHUNK]) for start in starts]


def _chunk(report: Report, claims: Sequence[ReportedClaim]) -> dict[str, Any]:
    texts = Texts()
    details = [
        [
            claim.restore.command if claim.restore else "",
            claim.restore.trouble if claim.restore else "",
            [_point(point, texts) for point in claim.points],
            _files(report, claim),
        ]
        for claim in claims
    ]
    return {"texts": texts.all, "claims": details}


def _files(report: Report, claim: ReportedClaim) -> str:
    """What lists the files of the point that would be restored; "" where files are not read,
    and of file systems."""
    on_efs = any(point.file_system for point in claim.points if point.id == claim.to_restore)
    if not report.files or claim.restore is None or on_efs:
        return ""
    return ls_command(claim.to_restore, report.cluster, claim.namespace)


def _point(point: ReportedPoint, texts: Texts) -> list[Any]:
    return [
        _epoch(point.slot),
        texts.number(point.policy),
        POINT_STATES.index(point.state),
        FATES.index(point.fate),
        [texts.number(reason) for reason in (*point.reasons, point.tier) if reason],
        round(point.size_bytes / GIB, 1),
        point.snapshot_id,
        int(point.held),
        point.trouble,
        texts.number(_checked(point)),
    ]


def _checked(point: ReportedPoint) -> str:
    """How a point stands, "" where points are not checked."""
    return "" if point.check is None or point.check.state is CheckState.OFF else point.check.words


def _epoch(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at else None
