"""A world whose points are looked into as planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from snapkeep.domain import tags
from snapkeep.domain.proof.checks import Check
from snapkeep.domain.proof.looks import Look
from snapkeep.domain.proof.rules import CheckRules
from snapkeep.services.proof.check_points import CheckReport
from snapkeep.services.proof.look_into import LookInto
from snapkeep.wiring import proof, retention
from tests.fakes.looks import PlannedLooks
from tests.fakes.world import SLOT, World, a_claim, a_policy

NIGHT = timedelta(days=1)
ENCRYPTED = Look("xfs", 4 * 2**30, 4 * 2**30, 2**30, "f00d", "", ("mysql.locked",))


class CheckedWorld(World):
    """A world whose points are looked into as planned."""

    def __init__(self, **policy: object) -> None:
        super().__init__(a_claim("mysql"), policy=a_policy(**policy))
        self.deployment = replace(self.deployment, checks=CheckRules())
        self.pruner = retention.prune(self.ports())
        self.looks = PlannedLooks()
        self.night = 0

    def check(self, until: datetime | None = None) -> CheckReport:
        """One pass of check_points."""
        checker = proof.check_points(self.ports(), cast("LookInto", self.looks))
        (report,) = checker.run(until or self.clock() + timedelta(minutes=10))
        return report

    def back_up_night(self) -> str:
        """The next night's point; returns the id of its snapshot."""
        before = set(self.ebs.all)
        self.back_up(SLOT + self.night * NIGHT)
        self.night += 1
        (made,) = set(self.ebs.all) - before
        return made

    def check_of(self, snapshot: str) -> Check:
        """The journaled check of a snapshot's point."""
        point = self.point(snapshot)
        return self.journal.checks.checks("myeks", [("shop", "mysql", point)])[point]

    def point(self, snapshot: str) -> str:
        """The id of a snapshot's point."""
        return self.ebs.all[snapshot].tags[tags.POINT]
