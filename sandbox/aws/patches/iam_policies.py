"""A policy document is parsed once.

AWS: a call costs the same however long the caller's policies are.
ministack: every request parses all policies of its caller anew, a tenth of the work of most answers.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ministack.core import iam_evaluator

from sandbox.aws.private import require
from sandbox.aws.world import World

KNOWN = 512
"""Documents remembered; a deployment has about a hundred."""


def install(_world: World) -> None:
    """Remember what documents say, by their text: another text is another policy."""
    require(iam_evaluator, "parse_policy_document", "ParsedStatement")
    parse: Callable[[Any], list[Any]] = iam_evaluator.parse_policy_document
    parse_text = lru_cache(KNOWN)(parse)

    def parse_policy_document(document: Any) -> list[Any]:
        return parse_text(document) if isinstance(document, str) else parse(document)

    iam_evaluator.parse_policy_document = parse_policy_document
