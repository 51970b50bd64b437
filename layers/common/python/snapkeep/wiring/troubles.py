"""The services that tell people about what lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from snapkeep.services.give_up import GiveUp
from snapkeep.services.tell_troubles import TellTroubles

if TYPE_CHECKING:
    from snapkeep.ports.news import GivenUpNews, TroubleNews
    from snapkeep.wiring.ports import Ports


def tell_troubles(ports: Ports, news: TroubleNews) -> TellTroubles:
    """The service that announces lasting troubles as that news."""
    return TellTroubles(ports.journal.troubles, news, ports.clock)


def give_up(ports: Ports, news: GivenUpNews, function: str, patience: timedelta) -> GiveUp:
    """The service that reports what a pass of that function gave up, as that news."""
    return GiveUp(ports.journal.troubles, ports.journal.unreadable, news, ports.clock, function, patience)
