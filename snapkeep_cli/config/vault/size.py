"""How large the stack of a vault is, and how many sources it may have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from snapkeep_cli.config.errors import Problem
from snapkeep_cli.config.stack_size import LOCK_LENGTHS, QUOTA
from snapkeep_cli.config.vault.models import VaultFile

RESOURCES = 126
"""CloudFormation resources of a vault's stack, however many sources it has; a test counts them."""

MOST_SOURCES = 20
"""Sources of one vault: IAM's policies list the account, Region and bus of each several times."""


@dataclass(frozen=True, slots=True)
class VaultSize:
    """The size of a vault with so many sources."""

    sources: int

    def __str__(self) -> str:
        return f"{RESOURCES} CloudFormation resources ({QUOTA} fit), {self.sources} of {MOST_SOURCES} sources"


def too_many(file: VaultFile) -> Iterator[Problem]:
    """The problems of a vault whose sources or lengths of locks fill IAM's policies."""
    sources = file.vault.sources
    if len(sources) > MOST_SOURCES:
        text = f"come to {len(sources)}, and IAM's policies hold {MOST_SOURCES}"
        yield Problem(("vault", "sources"), f"{text}. Move some to a vault in another Region or account")
    locks = [source.lock_with(file.vault.lock) for source in sources.values()]
    lengths = sorted({lock.days for lock in locks if lock})
    if len(lengths) > LOCK_LENGTHS:
        text = f"lock copies for {len(lengths)} different lengths ({', '.join(map(str, lengths))} days)"
        yield Problem(
            ("vault", "sources"),
            f"{text}, and IAM's policies hold {LOCK_LENGTHS}. Use the same length for some of them",
        )
