"""The service that handles incidents, made of parts: the cordoner, which is in a hurry, has no `Ports`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.services.give_up import GiveUp
from snapkeep.services.interruption.incidents import PATIENCE, HandleInterruption

if TYPE_CHECKING:
    from snapkeep.ports.clock import Clock
    from snapkeep.ports.ec2 import Instances
    from snapkeep.ports.incidents import Incidents
    from snapkeep.ports.kubernetes import NodeClusters
    from snapkeep.ports.messaging import IncidentQueue
    from snapkeep.ports.news import InterruptionNews
    from snapkeep.ports.troubles import Troubles, UnreadableRecords
    from snapkeep.services.interruption.cordon import CordonNode


def handle_interruption(
    cordoner: CordonNode,
    *,
    instances: Instances,
    nodes: NodeClusters,
    incidents: Incidents,
    troubles: Troubles,
    unreadable: UnreadableRecords,
    to_save: IncidentQueue,
    to_release: IncidentQueue,
    news: InterruptionNews,
    clock: Clock,
) -> HandleInterruption:
    """The service that does everything that follows the cordon."""
    give_up = GiveUp(troubles, unreadable, news, clock, "handle_interruption", PATIENCE)
    return HandleInterruption(
        cordoner, instances, nodes, incidents, give_up, to_save, to_release, news, clock
    )
