"""What a config says about the copies of one cluster in one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.lineages import KEEP_ALL, policies_there, rule_to, spacing_there
from snapkeep.domain.copies.places import Place
from snapkeep.domain.policies import RESERVED_NAMES, Deployment
from snapkeep.domain.retention.history import version_of
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.ports.prunes import Prunes, Retentions
from snapkeep.ports.runs import Runs
from snapkeep.services.retention.listing import RUNS_KNOWN_FOR, Found
from snapkeep.services.retention.read_cluster import Known, retention_in_force
from snapkeep.services.retention.report import Progress

_ALL = PolicyRetention(parse_retention(KEEP_ALL))
KEPT: Mapping[str, PolicyRetention] = dict.fromkeys(RESERVED_NAMES, _ALL)
"""The built-in policies where nothing says what may go; otherwise they have the rules that points have."""


class RulesThere(Protocol):
    """The rules, however a config says them."""

    @property
    def policies(self) -> Collection[str]:
        """The policies that the config names for these copies."""

    def why_frozen(self) -> str:
        """Why nothing may be deleted; "" when something may."""

    def in_force(self, found: Found, now: datetime, progress: Progress) -> Mapping[str, PolicyRetention]:
        """The retention of each policy whose copies may go."""

    def gone(self) -> Mapping[str, datetime]:
        """The claims (as lineages of copies name them) that are known to be deleted, and since when."""

    def unknown(self, new: Sequence[Copy], now: datetime) -> frozenset[str]:
        """Those of the new copies (ids) that the journal does not know, although it should."""


@dataclass(frozen=True, slots=True)
class RulesOfPolicies:
    """The rules by which the policies of a deployment copy a cluster's points to a place."""

    deployment: Deployment
    place: Place
    cluster: str
    runs: Runs
    prunes: Prunes
    retentions: Retentions

    @property
    def policies(self) -> Collection[str]:
        """The policies whose points are copied to the place, and the built-in ones."""
        policies = [policy for policy in self.deployment.policies if self.cluster in policy.clusters]
        return {policy.name for policy in policies if rule_to(policy, self.place.name)} | RESERVED_NAMES

    def why_frozen(self) -> str:
        """Why the points of the cluster are not pruned: its copies may be the last of it, too."""
        return self.prunes.announced(self.cluster).frozen

    def in_force(self, found: Found, now: datetime, progress: Progress) -> Mapping[str, PolicyRetention]:
        policies = [policy for policy in self.deployment.policies if self.cluster in policy.clusters]
        here = replace(self.deployment, policies=tuple(policies))
        repeated = found.repeated()
        in_force = dict(KEPT)
        for name, policy in policies_there(here, self.place.name).items():
            known = Known(name in repeated, bool(found.strange))
            present = version_of(policy, now, spacing_there(policy, self.place.name))
            retention = retention_in_force(self.retentions, name, present, known, progress)
            if retention is None:
                continue
            # A place that retires gets no more copies, so none is late there.
            in_force[name] = replace(retention, spacing=timedelta()) if self.place.retire else retention
        return in_force

    def gone(self) -> Mapping[str, datetime]:
        """What the last prune of the cluster's points found out."""
        found = self.retentions.gone_claims(self.cluster)
        return {f"{self.cluster}/{claim}": at for claim, at in found.items()}

    def unknown(self, new: Sequence[Copy], now: datetime) -> frozenset[str]:
        """Those of unknown runs."""
        recent = {copy.snapshot_id: copy.run for copy in new if copy.taken > now - RUNS_KNOWN_FOR}
        known = self.runs.known_runs(set(recent.values())) if recent else ()
        return frozenset(name for name, run in recent.items() if run not in known)
