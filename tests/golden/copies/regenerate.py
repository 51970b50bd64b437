"""Rewrites the answers of all golden cases, for a review of the difference."""

from __future__ import annotations

import json

from tests.golden.copies.cases import CASES, answer, copies, read


def main() -> None:
    """Rewrite each file with retention's answer."""
    for path in CASES:
        case = read(path)
        path.write_text(json.dumps({**case, **answer(case, copies(case))}, indent=2) + "\n")


if __name__ == "__main__":
    main()
