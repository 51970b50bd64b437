"""The services that look into points."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from snapkeep.domain.proof.shown import Acceptance
    from snapkeep.ports.blocks import Blocks
    from snapkeep.services.proof.accept_check import AcceptCheck
    from snapkeep.services.proof.check_points import CheckPoints
    from snapkeep.services.proof.show_checks import ShowChecks
    from snapkeep.services.proof.surviving_looks import Looker
    from snapkeep.wiring.ports import Ports


PATIENCE = timedelta(hours=1)
"""How long trouble may last before people are told that check_points gives up."""


def check_points(ports: Ports, looker: Looker | None = None) -> CheckPoints:
    """The service that checks points, by looking into their blocks or with another `looker`."""
    from snapkeep.services.proof.check_copies import CheckCopies
    from snapkeep.services.proof.check_points import FUNCTION, CheckPoints
    from snapkeep.services.proof.look_into import LookInto
    from snapkeep.services.proof.surviving_looks import SurvivingLooks

    journal = ports.journal

    def surviving(looker: Looker) -> Looker:
        return SurvivingLooks(looker, journal.checks, ports.clock)

    @cache
    def looker_in(region: str) -> Looker:
        return surviving(looker or LookInto(paced_in(region), ports.file_systems, counts=False))

    def paced_in(region: str) -> Blocks:
        return _paced(ports, ports.blocks_in(region))

    return CheckPoints(
        ports.deployment,
        ports.snapshots,
        journal.catalogue,
        journal.checks,
        journal.suspicions,
        surviving(looker or LookInto(_paced(ports, ports.blocks), ports.file_systems)),
        CheckCopies(
            ports.deployment,
            ports.regions,
            journal.checks,
            journal.suspicions,
            looker_in,
            ports.clock,
        ),
        tell_troubles(ports, ports.check_news),
        give_up(ports, ports.check_news, FUNCTION, PATIENCE),
        ports.check_news,
        ports.clock,
    )


def _paced(ports: Ports, blocks: Blocks) -> Blocks:
    """The blocks in a Region, read as fast as the config allows."""
    from snapkeep.domain.proof.rules import CheckRules
    from snapkeep.services.proof.paced_blocks import PacedBlocks

    pace = (ports.deployment.checks or CheckRules()).pace
    return PacedBlocks(blocks, pace, ports.clock, ports.pause)


def show_checks(ports: Ports) -> ShowChecks:
    """The service that says how points stand."""
    from snapkeep.services.proof.show_checks import ShowChecks

    return ShowChecks(ports.deployment, ports.journal.checks, ports.clock)


def accept(ports: Ports, cluster: str, point_id: str, by: str, because: str) -> Acceptance:
    """Accept a suspicious point of a cluster. Raises UnknownCluster, and as AcceptCheck."""
    return accept_check(ports).run(ports.deployment.known_cluster(cluster).name, point_id, by, because)


def accept_check(ports: Ports) -> AcceptCheck:
    """The service with which people accept suspicious points."""
    from snapkeep.services.proof.accept_check import AcceptCheck

    return AcceptCheck(ports.journal.checks, ports.journal.suspicions, ports.snapshots)
