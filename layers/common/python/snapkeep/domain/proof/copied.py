"""Checks of copies. A copy has the blocks of its source, so it must show what its source showed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from snapkeep.domain.proof.checks import Check, Subject, Verdict, judge
from snapkeep.domain.proof.looks import Broken, Look, Seen, Unseen


def judge_copy(subject: Subject, seen: Seen, source: Check | None, at: datetime) -> Check:
    """The check of a copy in which this was seen, compared with the check of its source; judged by itself if
    nobody saw what the source holds.

    A copy of a suspicious source is as suspicious, until somebody accepts the source.
    """
    if source is None or source.look is None or (isinstance(seen, Unseen) and not seen.by_contents):
        return judge(subject, seen, None, at)
    point = source.subject.point_id
    reasons = tuple(differences(seen, source.look))
    if source.verdict is Verdict.SUSPICIOUS and not source.accepted_by:
        reasons += (f"its source is suspicious: {source.reasons[0]}",)
    look = seen if isinstance(seen, Look) else None
    verdict = Verdict.SUSPICIOUS if reasons else Verdict.CHECKED
    return Check(subject, verdict, at, reasons, look, point)


def differences(seen: Seen, source: Look) -> Iterator[str]:
    """In what a copy differs from its source; nothing if nobody was able to look into it."""
    if isinstance(seen, Broken):
        yield f"it cannot be read, unlike its source: {seen.reason}"
    elif isinstance(seen, Unseen):
        if seen.by_contents:
            yield f"{seen.reason}; its source holds {source.contents}"
    else:
        if (seen.contents, seen.uuid) != (source.contents, source.uuid):
            yield f"it holds {seen.contents} {seen.uuid}; its source holds {source.contents} {source.uuid}"
        if seen.names != source.names:
            other = sorted({*seen.names} ^ {*source.names})
            yield f"the names in its root are not those of its source, such as {other[0]}"
        for path, size in seen.expected.items():
            if path in source.expected and size != source.expected[path]:
                yield f"{path} is not as in its source"
