"""The brake applied to a plan: what was refused stays, what goes too far is refused and made known."""

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
from snapkeep.domain.snapshot_tags import IN_BIN
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.journal import Journal
from snapkeep.services.retention.survey import Survey

log = logging.getLogger(__name__)

LOOK = '. Look at the plan with {"dry_run": true}'


@dataclass(frozen=True, slots=True)
class Braked:
    """What the brake makes of a plan: the verdict over what was new in it, all open refusals, and the one
    that a person confirmed (None: none was). `unknown` is why a confirmation confirms nothing."""

    verdict: Verdict
    refusals: tuple[Refusal, ...] = ()
    confirmed: Refusal | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class ApplyBrake:
    """Holds a cluster's plan to the brake. Refusals are journaled with the snapshots that they name and
    hold for exactly those, until their token or the config says otherwise."""

    journal: Journal
    snapshots: Snapshots
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
        """Let what is refused stay in the survey; nothing is written when it is a rehearsal."""
        rules = _fingerprints(policies)
        known = [item for item in self.journal.refusals.refusals(self.cluster) if item.kind is Kind.POINTS]
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
                self.journal.refusals.write_refusal(fresh)
        left = tuple(item for item in refusals if item is not confirmed)
        unknown = unknown_token(confirm, left) + LOOK if confirm and not confirmed else ""
        return Braked(verdict, left, confirmed, unknown)

    def _gone(self, refusals: Sequence[Refusal], survey: Survey) -> frozenset[str]:
        """The refused snapshots that EC2 has no more. A listing shows neither those that lost their tags nor
        marked duplicates, so EC2 is asked for each that it does not show."""
        shown = survey.kept.keys() | {item.snapshot_id for item in survey.deletions}
        missing = frozenset[str]().union(*(item.names for item in refusals)) - shown
        if not missing:
            return frozenset()
        found = self.snapshots.get_many(sorted(missing))
        return missing - {name for name, item in found.items() if item.state not in IN_BIN}

    def _write_changed(self, known: Sequence[Refusal], now: Sequence[Refusal]) -> None:
        for before, after in zip(known, now, strict=True):
            if not after.names:
                log.info("prune of %s: refusal %s holds nothing any more", self.cluster, before.token)
                self.journal.refusals.remove_refusal(self.cluster, before.token)
            elif after != before:
                self.journal.refusals.write_refusal(after)


def _released(refusal: Refusal, survey: Survey, rules: Mapping[str, str]) -> set[str]:
    """The names that a refusal holds no more: the retention of their policy has changed and its rules keep
    them.

    What keeps a name for another reason (its policy is missing in the config or invalid, a grace, failing
    backups) passes by, and the refusal stays.
    """
    before = _read(refusal.rules) or rules
    changed = {policy for policy, text in rules.items() if before.get(policy) != text}
    return {name for name, policy in survey.by_rules.items() if policy in changed}


def _both(before: str, rules: Mapping[str, str]) -> str:
    """The fingerprints of a refusal, renewed: a policy that is missing now keeps the one that it had."""
    return json.dumps({**(_read(before) or rules), **rules})


def _read(rules: str) -> Mapping[str, str]:
    """The fingerprints in a refusal; none in one that an older version journaled as a single text."""
    try:
        found = json.loads(rules)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fingerprints(policies: Mapping[str, PolicyRetention]) -> dict[str, str]:
    """What tells the rules of each policy from others; graces that come and go do not matter."""
    return {
        name: hashlib.sha256(f"{policies[name].rules} {policies[name].zone}".encode()).hexdigest()[:16]
        for name in sorted(policies)
    }
