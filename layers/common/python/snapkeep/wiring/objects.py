"""The services that save objects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from snapkeep.services.objects.save_beside import SaveBeside
    from snapkeep.services.objects.save_objects import SaveObjects
    from snapkeep.services.objects.show_objects import ShowObjects
    from snapkeep.services.objects.sweep_objects import SweepObjects
    from snapkeep.wiring.ports import Ports

PATIENCE = timedelta(hours=1)
"""How long trouble may last before people are told that save_objects gives up."""


def save_objects(ports: Ports) -> SaveObjects:
    """The service that saves the objects beside runs."""
    from snapkeep.services.objects.find_unsaved import FindUnsaved
    from snapkeep.services.objects.save_namespace import SaveNamespace
    from snapkeep.services.objects.save_objects import FUNCTION, SaveObjects
    from snapkeep.services.objects.tell_unlisted import TellUnlisted

    journal = ports.journal
    return SaveObjects(
        ports.deployment,
        ports.object_clusters,
        FindUnsaved(ports.deployment, journal.runs, journal.points, journal.saved_objects, ports.clock),
        SaveNamespace(ports.object_archives, ports.envelopes, journal.saved_objects, ports.clock),
        journal.saved_objects,
        TellUnlisted(journal.troubles, tell_troubles(ports, ports.announcer)),
        give_up(ports, ports.announcer, FUNCTION, PATIENCE),
        ports.clock,
    )


def save_beside(ports: Ports) -> SaveBeside:
    """The service that has the objects of a new run saved."""
    from snapkeep.services.objects.save_beside import SaveBeside

    saver = ports.objects_saver if ports.deployment.saves_objects else None
    return SaveBeside(ports.deployment, saver)


def sweep_objects(ports: Ports) -> SweepObjects:
    """The service that removes what runs saved whose points have gone."""
    from snapkeep.services.objects.sweep_objects import FUNCTION, SweepObjects

    return SweepObjects(
        ports.deployment,
        ports.journal.catalogue,
        ports.journal.saved_objects,
        ports.object_archives,
        give_up(ports, ports.announcer, FUNCTION, PATIENCE),
        ports.clock,
    )


def show_objects(ports: Ports) -> ShowObjects:
    """The service that shows what runs saved."""
    from snapkeep.services.objects.show_objects import ShowObjects

    return ShowObjects(ports.deployment, ports.journal.saved_objects, ports.object_archives, ports.clock)
