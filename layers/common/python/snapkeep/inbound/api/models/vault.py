"""A vault's sources as response bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.words import size_text

if TYPE_CHECKING:
    from snapkeep.domain.vault.overview import ClaimCopies, SourceOverview, VaultOverview

MOST_CLAIMS = 100
"""So many claims of a source are in a response, which must fit even if names are as long as tags may be; the
page has more, and the list of copies all."""


class VaultClaimModel(Body):
    """The copies of a claim: `copies` are ready, `pending` in progress. `newest` is when the data of the
    newest ready one was taken, null without one; `size` is that of the volume."""

    cluster: str
    namespace: str
    claim: str
    newest: str | None
    copies: int
    pending: int
    size: str
    size_bytes: int


class SourceModel(Body):
    """A source of a vault and what the vault has of it.

    `claims` holds those of `claim_count` with the stalest copies. `unreadable` counts snapshots that
    carry its name and count nowhere, `waiting` its requests without an answer. `heard` is when it last asked
    for a copy. `troubles` are sentences. `unasked` says why its copies could not be listed, and is mostly
    empty.
    """

    source: str
    account: str
    region: str
    deployment: str
    clusters: list[str]
    claim_count: int
    copies: int
    pending: int
    failed: int
    unreadable: int
    newest: str | None
    size: str
    size_bytes: int
    lock: str
    waiting: int
    heard: str | None
    troubles: list[str]
    unasked: str
    claims: list[VaultClaimModel]


class VaultModel(Body):
    """The state of a vault: all of its sources. `left` has a sentence for each source that left the config
    while its copies are there."""

    region: str
    at: str
    sources: list[SourceModel]
    left: list[str]


def vault_model(found: VaultOverview) -> VaultModel:
    """A vault as a response body."""
    return VaultModel(
        region=found.region,
        at=to_second(found.at),
        sources=[_source(each) for each in found.sources],
        left=list(found.left),
    )


def _source(found: SourceOverview) -> SourceModel:
    source = found.source
    return SourceModel(
        source=source.name,
        account=source.account,
        region=source.region,
        deployment=source.deployment,
        clusters=list(source.clusters),
        claim_count=len(found.claims),
        copies=found.copies,
        pending=found.pending,
        failed=found.failed,
        unreadable=found.unreadable,
        newest=to_second(found.newest) if found.newest else None,
        size=size_text(found.size_bytes),
        size_bytes=found.size_bytes,
        lock=f"{source.lock.mode.value}, {source.lock.days} days" if source.lock else "",
        waiting=found.waiting,
        heard=to_second(found.heard) if found.heard else None,
        troubles=list(found.troubles),
        unasked=found.unasked,
        claims=[_claim(each) for each in found.stalest(MOST_CLAIMS)],
    )


def _claim(found: ClaimCopies) -> VaultClaimModel:
    return VaultClaimModel(
        cluster=found.cluster,
        namespace=found.namespace,
        claim=found.claim,
        newest=to_second(found.newest) if found.newest else None,
        copies=found.copies,
        pending=found.pending,
        size=size_text(found.size_bytes),
        size_bytes=found.size_bytes,
    )
