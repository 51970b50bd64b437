"""A policy can name a literal `*`, `?` or `$`.

AWS: `${*}`, `${?}` and `${$}` in a Resource stand for the character itself (IAM user guide, "Policy
variables", "Special characters"). The ARN of a snapshot that CopySnapshot makes ends in a literal `*`, so
`snapshot/${*}` matches new copies and no existing snapshot.
ministack: they are read as wildcards between braces, and match nothing.
"""

import re

from ministack.core import iam_evaluator

from sandbox.aws.private import require
from sandbox.aws.world import World

LITERAL = re.compile(r"\$\{([*?$])\}")


def install(_world: World) -> None:
    """Wrap the compilation of patterns."""
    require(iam_evaluator, "_fnmatch_compile", "fnmatch_iam_cs")
    compile_plain = iam_evaluator._fnmatch_compile

    def compile_pattern(pattern: str, ignore_case: bool) -> re.Pattern[str]:
        parts = LITERAL.split(pattern)
        if len(parts) == 1:
            plain: re.Pattern[str] = compile_plain(pattern, ignore_case)
            return plain
        # Every second part is the one character inside the braces.
        texts = [
            re.escape(part) if number % 2 else re.escape(part).replace(r"\*", ".*").replace(r"\?", ".")
            for number, part in enumerate(parts)
        ]
        return re.compile(f"^{''.join(texts)}$", re.IGNORECASE if ignore_case else 0)

    iam_evaluator._fnmatch_compile = compile_pattern
