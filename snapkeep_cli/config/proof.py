"""The shape of `checks:` and of a policy's `expect:`; the docstring under a key is what editors show."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from snapkeep.domain.proof.rules import PACE
from snapkeep_cli.config.stack_options import KmsKeyArn
from snapkeep_cli.config.strict import Strict

MOST_KEYS = 20
MOST_EXPECTED = 20
LONGEST_PATH = 1024


def _path(text: str) -> str:
    """A path inside a volume, as it is."""
    shown = repr(text[:80])
    if not text.startswith("/"):
        raise ValueError(f"{shown} does not begin with /; give the path from the root of the volume")
    if any(sign in text for sign in "*?["):
        raise ValueError(f"{shown} is a pattern; name one file or folder")
    if "\0" in text or len(text) > LONGEST_PATH:
        raise ValueError(f"{shown} is not a path; use at most {LONGEST_PATH:,} characters, none of them NUL")
    if any(part in ("", ".", "..") for part in text[1:].split("/")):
        raise ValueError(
            f"{shown} has an empty part, . or .. in it; write the whole path, such as /data/out.txt"
        )
    return text


ExpectedPath = Annotated[
    str,
    AfterValidator(_path),
    WithJsonSchema(
        {"type": "string", "pattern": "^/[^*?[]+$", "maxLength": LONGEST_PATH, "examples": ["/data/out.txt"]}
    ),
]
Expected = Annotated[list[ExpectedPath], Field(max_length=MOST_EXPECTED)]


class Checks(Strict):
    """Looks into each new point, without a volume and without a cluster."""

    keys: Annotated[list[KmsKeyArn], Field(max_length=MOST_KEYS)] = Field(default_factory=list)
    """KMS keys (ARNs), in the clusters' Region, under which encrypted points may be read; points under
    another key are not looked at. Copies are read under the key of their place."""
    pace: Annotated[int, Field(ge=1, le=1000)] = PACE
    """Blocks of 512 KiB that are read a second at most. AWS serves 1,000 in an account and Region, to every
    tool that reads snapshots there."""
