"""Applies the brake to a plan: refused deletions stay refused, and what goes too far is refused and
published.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.retention.deletion.brake import Verdict, judge, token
from snapkeep.domain.retention.deletion.brake_refusals import Kind, Refusal, unknown_token
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.snapshot_tags import IN_BIN
from snapkeep.ports.ec2 import DeletableSnapshots
from snapkeep.ports.prunes import Refusals
from snapkeep.services.retention.survey import Survey

log = logging.getLogger(__name__)

LOOK = '. See the plan with {"dry_run": true}'


@dataclass(frozen=True, slots=True)
class Braked:
    """The brake's result for a plan: the verdict on its new deletions, all open refusals, and the one that a
    person confirmed (None: none). `unknown` says why a confirmation is invalid."""

    verdict: Verdict
    refusals: tuple[Refusal, ...] = ()
    confirmed: Refusal | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class ApplyBrake:
    """Applies the brake to a cluster's plan. Refusals are journaled with the snapshots they name and apply to
    exactly those, until their token or the config releases them."""

    refusals: Refusals
    snapshots: DeletableSnapshots
    cluster: str
    now: datetime

    def apply(
        self,
        survey: Survey,
        let_through: Collection[str],
        confirm: str,
        policies: Mapping[str, PolicyRetention],
        *,
        rehearse: bool,
    ) -> Braked:
        """Keep refused deletions in the survey; a rehearsal writes nothing."""
        rules = _fingerprints(policies)
        known = [item for item in self.refusals.refusals(self.cluster) if item.kind is Kind.POINTS]
        gone = self._gone(known, survey)
        away = gone.union(let_through)
        open_ones = [
            replace(item.without(away | _released(item, survey, rules)), rules=_both(item.rules, rules))
            for item in known
        ]
        if not rehearse:
            self._write_changed(known, open_ones)
        refusals = [item for item in open_ones if item.names]
        confirmed = next((item for item in refusals if item.token == confirm), None)
        for item in refusals:
            if item is not confirmed:
                survey.refuse(dict.fromkeys(item.names, item.why_kept()))
        verdict = judge(survey.changes(let_through, confirmed.names if confirmed else ()))
        if verdict.refused:
            fresh = Refusal(
                self.cluster,
                token(self.cluster, verdict.refused),
                frozenset(verdict.refused),
                verdict.reason,
                self.now,
                json.dumps(rules),
            )
            if fresh.token == confirm:
                confirmed = fresh
            else:
                survey.refuse(dict.fromkeys(fresh.names, fresh.why_kept()))
            refusals.append(fresh)
            if not rehearse:
                self.refusals.write_refusal(fresh)
        left = tuple(item for item in refusals if item is not confirmed)
        unknown = unknown_token(confirm, left) + LOOK if confirm and not confirmed else ""
        return Braked(verdict, left, confirmed, unknown)

    def _gone(self, refusals: Sequence[Refusal], survey: Survey) -> frozenset[str]:
        """The refused snapshots that EC2 no longer has. The listing omits those that lost their tags and
        marked duplicates, so each one it does not show is read from EC2."""
        shown = survey.kept.keys() | {item.snapshot_id for item in survey.deletions}
        missing = frozenset[str]().union(*(item.names for item in refusals)) - shown
        if not missing:
            return frozenset()
        found = self.snapshots.get_many(sorted(missing))
        return missing - {name for name, item in found.items() if item.state not in IN_BIN}

    def _write_changed(self, known: Sequence[Refusal], now: Sequence[Refusal]) -> None:
        for before, after in zip(known, now, strict=True):
            if not after.names:
                log.info("prune of %s: refusal %s is empty and is removed", self.cluster, before.token)
                self.refusals.remove_refusal(self.cluster, before.token)
            elif after != before:
                self.refusals.write_refusal(after)


def _released(refusal: Refusal, survey: Survey, rules: Mapping[str, str]) -> set[str]:
    """The names released from a refusal: the retention of their policy has changed and its rules now keep
    them.

    Other reasons to keep a name (its policy is invalid or missing in the config, a grace period, failing
    backups) are temporary, so the refusal stays.
    """
    before = _read(refusal.rules) or rules
    changed = {policy for policy, text in rules.items() if before.get(policy) != text}
    return {name for name, policy in survey.by_rules.items() if policy in changed}


def _both(before: str, rules: Mapping[str, str]) -> str:
    """The updated fingerprints of a refusal: a policy that is missing now keeps its old one."""
    return json.dumps({**(_read(before) or rules), **rules})


def _read(rules: str) -> Mapping[str, str]:
    """The fingerprints in a refusal; none if an older version journaled them as a single text."""
    try:
        found = json.loads(rules)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fingerprints(policies: Mapping[str, PolicyRetention]) -> dict[str, str]:
    """A fingerprint of each policy's rules, independent of grace periods."""
    return {
        name: hashlib.sha256(f"{policies[name].rules} {policies[name].zone}".encode()).hexdigest()[:16]
        for name in sorted(policies)
    }
