"""The block `accept` of `snapkeep.yaml`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import ClusterName, NamespaceGlob


class Accepted(Strict):
    """Claims, or volumes without a claim, that need no backup; they count as excluded."""

    namespace: NamespaceGlob
    """Their namespace, or a pattern with * and ?."""
    claim: Annotated[str, Field(min_length=1, max_length=253)] = "*"
    """Their name, or a pattern; a pod's volume without a claim is named pod:volume. All if omitted."""
    reason: Annotated[str, Field(min_length=3, max_length=200)]
    """Why no backup is needed: the report shows it."""
    until: date | None = None
    """The last day, in UTC, on which this applies, such as 2027-06-30; no end if omitted."""
    clusters: Annotated[list[ClusterName], Field(min_length=1)] | None = None
    """The clusters that this applies to; all if omitted."""
