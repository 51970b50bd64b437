"""Tells people which kinds of objects are not saved because the cluster does not let us list them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.troubles import Troubles
from snapkeep.services.tell_troubles import TellTroubles

SHOWN = 5
"""How many kinds a reason names."""


@dataclass(frozen=True, slots=True)
class TellUnlisted:
    """A namespace's newest record says what could not be listed; the next one may say that all is well."""

    troubles: Troubles
    teller: TellTroubles

    def tell(self, cluster: str, policy: str, records: Iterable[Saved], waiting: Collection[str]) -> None:
        """Tell of the records of a run; namespaces that still wait for theirs are as before."""
        topic = Topic(TroubleKind.OBJECTS_NOT_LISTED, cluster, policy)
        known = self.troubles.troubles(topic)
        lasting = {name: known[name].reason for name in waiting if name in known}
        found = {each.subject.namespace: _reason(each.refused) for each in records if each.refused}
        self.teller.tell(topic, lasting | found)


def _reason(kinds: Sequence[str]) -> str:
    more = f" and {len(kinds) - SHOWN} more kinds" if len(kinds) > SHOWN else ""
    return (
        f"its {', '.join(kinds[:SHOWN])}{more} are not saved, because save_objects could not list them: "
        "apply what `snapkeep manifests` prints"
    )
