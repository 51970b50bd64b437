"""A kubectl for tests: a program on the PATH that answers `get` from files, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """#!/bin/sh
answers=$(dirname "$0")/answers
echo "$@" >> "$answers/asked"
case "$1" in
get) answer="$answers/$2" ;;
config) answer="$answers/view" ;;
*) echo "error: unknown command \\"$1\\"" >&2; exit 1 ;;
esac
if [ -f "$answer.refused" ]; then cat "$answer.refused" >&2; exit 1; fi
if [ -f "$answer" ]; then cat "$answer"; else echo '{"items": []}'; fi
"""


class FakeKubectl:
    """Knows the objects of one namespace by kind, whichever names it is asked for."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, cluster: str = "myeks") -> None:
        self._answers = folder / "answers"
        self._answers.mkdir()
        program = folder / "kubectl"
        program.write_text(SCRIPT)
        program.chmod(0o755)
        patch.setenv("PATH", str(folder), prepend=":")
        (self._answers / "view").write_text(json.dumps({"clusters": [{"name": f"arn:cluster/{cluster}"}]}))

    def has(self, kind: str, items: Iterable[dict[str, Any]]) -> None:
        """The cluster has these objects of a kind."""
        (self._answers / kind).write_text(json.dumps({"items": list(items)}))

    def refuses(self, kind: str, text: str) -> None:
        """The cluster answers with an error."""
        (self._answers / f"{kind}.refused").write_text(text)

    @property
    def asked(self) -> list[str]:
        """The arguments of each call."""
        return (self._answers / "asked").read_text().splitlines()
