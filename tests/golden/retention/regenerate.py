"""Rewrites the answers of all golden cases, for a review of the difference."""

from __future__ import annotations

import json

from tests.golden.retention.cases import CASES, answer, points, read


def main() -> None:
    """Rewrite each file with the planner's answer."""
    for path in CASES:
        case = read(path)
        path.write_text(json.dumps({**case, **answer(case, points(case))}, indent=2) + "\n")


if __name__ == "__main__":
    main()
