"""The services that save a dying node, and clean up after it; `cordon` holds what runs before them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from snapkeep.wiring.backup import take_snapshots

if TYPE_CHECKING:
    from snapkeep.services.interruption.cordon import CordonNode
    from snapkeep.services.interruption.incidents import HandleInterruption
    from snapkeep.services.interruption.release_volumes import ReleaseVolumes
    from snapkeep.services.interruption.save_node import SaveNode
    from snapkeep.services.interruption.save_volumes import SaveVolumes
    from snapkeep.wiring.ports import Ports


def handle_interruption(ports: Ports, cordoner: CordonNode) -> HandleInterruption:
    """The service that does everything that follows the cordon."""
    from snapkeep.wiring import incidents

    return incidents.handle_interruption(
        cordoner,
        instances=ports.instances,
        nodes=ports.nodes,
        incidents=ports.journal.incidents,
        troubles=ports.journal.troubles,
        unreadable=ports.journal.unreadable,
        to_save=ports.to_save,
        to_release=ports.to_release,
        news=ports.incident_news,
        clock=ports.clock,
    )


def save_volumes(ports: Ports) -> SaveVolumes:
    """The service that takes snapshots of a node's volumes."""
    from snapkeep.services.interruption.save_volumes import LEASE, SaveVolumes

    taker = replace(take_snapshots(ports), lease=LEASE)
    return SaveVolumes(
        ports.snapshots, ports.journal.runs, ports.journal.points, ports.pacer, taker, ports.clock
    )


def save_node(ports: Ports) -> SaveNode:
    """The service that saves and drains a node."""
    from snapkeep.services.interruption.save_node import SaveNode

    return SaveNode(
        ports.deployment,
        ports.instances,
        ports.nodes,
        ports.journal.incidents,
        save_volumes(ports),
        ports.hooks,
        ports.to_save,
        ports.incident_news,
        ports.clock,
    )


def release_volumes(ports: Ports) -> ReleaseVolumes:
    """The service that takes volumes off a node whose instance is gone."""
    from snapkeep.services.interruption.release_volumes import ReleaseVolumes

    return ReleaseVolumes(
        ports.deployment,
        ports.instances,
        ports.nodes,
        ports.volumes,
        ports.journal.incidents,
        ports.to_release,
        ports.incident_news,
        ports.clock,
    )
