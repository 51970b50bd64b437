"""The services that report lasting troubles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from snapkeep.services.give_up import GiveUp
from snapkeep.services.tell_troubles import TellTroubles

if TYPE_CHECKING:
    from snapkeep.ports.news import GivenUpNews, TroubleNews
    from snapkeep.wiring.ports import Ports


def tell_troubles(ports: Ports, news: TroubleNews) -> TellTroubles:
    """The service that announces lasting troubles through `news`."""
    return TellTroubles(ports.journal.troubles, news, ports.clock)


def give_up(ports: Ports, news: GivenUpNews, function: str, patience: timedelta) -> GiveUp:
    """The service that reports through `news` what a pass of that function gave up."""
    return GiveUp(ports.journal.troubles, ports.journal.unreadable, news, ports.clock, function, patience)
