"""Shows what a vault has of each source. It asks EC2 in the vault and its journal; no source is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from snapkeep.domain.copies.copies import CopyState
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.domain.vault.overview import MOST_COUNTED, SourceOverview, VaultOverview, claims_of
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep.ports.clock import Clock
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Regions
from snapkeep.ports.troubles import Troubles
from snapkeep.ports.vaults import VaultRequests
from snapkeep.services.copies.place_copies import read_place
from snapkeep.services.vault.known_sources import as_it_was

OF_CLUSTERS = (
    *(TroubleKind.COPY_FAILED, TroubleKind.COPIES_LATE),
    *(TroubleKind.COPIES_NOT_LOCKED, TroubleKind.COPIES_LOST),
)
OF_SOURCES = (
    *(TroubleKind.SOURCE_SILENT, TroubleKind.LIMIT_REACHED, TroubleKind.REQUESTS_REFUSED),
    TroubleKind.COPIES_LEFT,
)
"""The troubles of a vault, by what they are about."""

MOST_TROUBLES = 20
"""So many troubles of a source are shown."""


@dataclass(frozen=True, slots=True)
class ShowVault:
    """Looks at the sources one after the other; `regions_of` is EC2 as a source's copies are listed."""

    vault: Vault
    regions_of: Callable[[VaultSource], Regions]
    requests: VaultRequests
    records: CopyRecords
    troubles: Troubles
    clock: Clock

    def run(self) -> VaultOverview:
        """All sources now: a DescribeSnapshots call per thousand copies. A source whose copies EC2 does not
        show says so."""
        sources = [self._source(source) for source in self.vault.sources]
        return VaultOverview(self.clock(), self.vault.region, sources, list(self._left()))

    def _left(self) -> Iterator[str]:
        """What pull_copies counted of sources that left the config."""
        for known in self.records.places():
            if self.vault.source(known.name) is None:
                topic = Topic(TroubleKind.COPIES_LEFT, "", known.name)
                yield from (each.reason for each in self.troubles.troubles(topic).values())

    def _source(self, source: VaultSource) -> SourceOverview:
        place = self.vault.place_of(source)
        try:
            listed = read_place(self.regions_of(source).snapshots(place.region), place)
        except SnapkeepError as error:
            return SourceOverview(source, unasked=error.reason)
        return SourceOverview(
            source,
            claims=claims_of(listed.copies),
            failed=sum(1 for copy in listed.copies if copy.state is CopyState.FAILED),
            unreadable=len(listed.unreadable),
            heard=self.requests.heard(source.name),
            waiting=sum(1 for _ in islice(self.requests.waiting(source.name), MOST_COUNTED)),
            troubles=list(islice(self._troubles(source), MOST_TROUBLES)),
        )

    def _troubles(self, source: VaultSource) -> Iterator[str]:
        topics = [Topic(kind, "", source.name) for kind in OF_SOURCES]
        topics.append(as_it_was(source))
        topics += [Topic(kind, cluster, source.name) for cluster in source.clusters for kind in OF_CLUSTERS]
        for topic in topics:
            for _, trouble in sorted(self.troubles.troubles(topic).items()):
                yield f"{topic.kind}: {trouble.reason}"
