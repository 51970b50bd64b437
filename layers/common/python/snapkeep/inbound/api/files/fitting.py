"""Cuts long lists to what one answer can carry."""

from __future__ import annotations

import json
from typing import TypeVar

from snapkeep.inbound.api.files.models import AnswerModel

MOST = 5_500_000
"""Bytes of a body inside the answer of a function, which has at most 6 MB and quotes it again.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

A = TypeVar("A", bound=AnswerModel)


def fitting(answer: A, items: str, most: int = MOST) -> A:
    """The answer with as many of its `items` (the name of a list) as fit, from the first on; `left_out` says
    how many there are."""
    total, before = len(getattr(answer, items)), answer.left_out
    while (size := _size(answer)) > most:
        kept = getattr(answer, items)
        room = int(len(kept) * 0.95 * most / size)
        said = f"only the first {room:,} of {total:,} fit into one answer: ask for a folder below"
        left_out = "; ".join(filter(None, (said, before)))
        answer = answer.model_copy(update={items: kept[:room], "left_out": left_out})
    return answer


def _size(answer: AnswerModel) -> int:
    return len(json.dumps(json.dumps(answer.model_dump(mode="json"))))
