"""Turns the validated file into domain values, with the defaults for keys that a policy omits."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule, Every
from snapkeep.domain.interruption.rules import (
    Draining,
    InterruptionRules,
    NodeRule,
    NodeRules,
    OnRebalance,
    Snapshotting,
    Verify,
)
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import (
    Cluster,
    Deployment,
    Method,
    Operator,
    Pace,
    Policy,
    Requirement,
    Schedule,
    Selection,
)
from snapkeep.domain.proof.rules import CheckRules
from snapkeep.domain.report.acceptances import Acceptance
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.vault.borrower import Borrow
from snapkeep_cli.config import acceptance, copies, interruption, keeping, models, proof
from snapkeep_cli.config import selection as selections

T = TypeVar("T")


def deployment(config: models.Config) -> Deployment:
    """The deployment that a checked config describes."""
    return Deployment(
        clusters=tuple(Cluster(cluster.name, cluster.region) for cluster in config.clusters),
        policies=tuple(_policy(policy, config) for policy in config.policies),
        pace=Pace(config.pace.per_second, config.pace.burst, config.pace.pending),
        delete_orphans=config.orphans == "delete",
        consistency_wait=_first(config.consistency_wait, timedelta(minutes=5)),
        interruption=_interruption(config.interruption),
        accepted=tuple(map(_accepted, config.accept)),
        places=tuple(_place(name, place) for name, place in config.places.items()),
        adopt=config.adopt,
        borrow=_borrow(config.borrow),
        checks=_checks(config.checks),
        custom_kinds=tuple(dict.fromkeys(config.custom_kinds)),
        files=config.files.rules() if config.files else None,
    )


def _borrow(borrow: copies.Borrow | None) -> Borrow | None:
    return Borrow(tuple(dict.fromkeys(borrow.lenders)), borrow.kms_key) if borrow else None


def _checks(checks: proof.Checks | None) -> CheckRules | None:
    return CheckRules(tuple(dict.fromkeys(checks.keys)), checks.pace) if checks else None


def _place(name: str, place: copies.Place) -> Place:
    return Place(name, place.region, place.kms_key or "", place.retire, place.account or "")


def _copy_rule(rule: copies.CopyRule) -> CopyRule:
    """A rule for a vault has no retention: here only the points that a new place begins with count."""
    return CopyRule(
        to=rule.to,
        retention=rule.retention.block() if rule.retention else {"last": rule.backfill},
        every=_first(rule.every, Every()),
        lock=lock_value(rule.lock),
        backfill=rule.backfill,
        also=tuple(dict.fromkeys(rule.also)),
    )


def _accepted(item: acceptance.Accepted) -> Acceptance:
    until = item.until.isoformat() if item.until else ""
    return Acceptance(item.namespace, item.reason, item.claim, until, tuple(item.clusters or ()))


def _interruption(block: interruption.Interruption) -> InterruptionRules:
    everywhere = _node_rules(block, NodeRules())
    rules = (
        NodeRule(_node_rules(rule, everywhere), tuple(rule.clusters or ()), rule.match_labels)
        for rule in block.rules
    )
    return InterruptionRules(everywhere, tuple(rules))


def _node_rules(block: interruption.NodeRules, otherwise: NodeRules) -> NodeRules:
    return NodeRules(
        cordon=_first(block.cordon, otherwise.cordon),
        snapshot=Snapshotting(_first(block.snapshot, otherwise.snapshot.value)),
        drain=Draining(_first(block.drain, otherwise.drain.value)),
        verify=Verify(_first(block.verify, otherwise.verify.value)),
        rebalance=OnRebalance(_first(block.rebalance, otherwise.rebalance.value)),
        uncordon_after=_first(block.uncordon_after, otherwise.uncordon_after),
    )


def _policy(policy: models.Policy, config: models.Config) -> Policy:
    defaults = config.defaults
    everywhere = [cluster.name for cluster in config.clusters]
    retention = _first(policy.retention, defaults.retention)
    return Policy(
        name=policy.name,
        clusters=tuple(_first(policy.clusters, defaults.clusters, everywhere)),
        selection=_selection(selections.merged(policy.selection, defaults.selection)),
        schedule=_schedule(
            _first(policy.schedule, models.Schedule()), _first(defaults.schedule, models.Schedule())
        ),
        method=Method(_first(policy.method, defaults.method, "csi")),
        retention=retention.block(),
        group_label=policy.group or "",
        csi_fallback=_first(policy.csi_fallback, defaults.csi_fallback, "fail") == "ebs",
        group_fallback=_first(policy.group_fallback, defaults.group_fallback, "fail") == "sequential",
        lock=lock_value(policy.lock_with(defaults)),
        exclusive=policy.exclusive,
        copies=tuple(map(_copy_rule, policy.copies)),
        expect=tuple(policy.expect),
        archive_after=policy.archive_after.block() if policy.archive_after else {},
        objects=_objects(policy, defaults),
        secrets_key=secrets.encrypted if (secrets := policy.secrets_with(defaults)) else "",
    )


def _objects(policy: models.Policy, defaults: models.Defaults) -> ObjectScope | None:
    scope = _first(policy.objects, defaults.objects, "off")
    return None if scope == "off" else ObjectScope(scope)


def _schedule(own: models.Schedule, shared: models.Schedule) -> Schedule:
    window = _first(own.flexible_window, shared.flexible_window, timedelta())
    return Schedule(
        expression=_first(own.expression, shared.expression),
        timezone=_first(own.timezone, shared.timezone, "UTC"),
        flexible_minutes=window // timedelta(minutes=1),
        catch_up=_first(own.catch_up, shared.catch_up, timedelta(hours=1)),
        enabled=_first(own.enabled, shared.enabled, True),
    )


def _selection(selection: selections.Selection) -> Selection:
    equal = [Requirement(key, Operator.IN, (value,)) for key, value in selection.match_labels.items()]
    others = [
        Requirement(item.key, Operator(item.operator), tuple(item.values))
        for item in selection.match_expressions
    ]
    return Selection(
        namespaces=tuple(selection.namespaces),
        exclude_namespaces=tuple(selection.exclude_namespaces),
        labels=(*equal, *others),
        storage_classes=tuple(selection.storage_classes),
        min_bytes=selection.min_size,
        max_bytes=selection.max_size,
        opt_in_only=selection.opt_in_only,
    )


def lock_value(lock: keeping.Lock | None) -> Lock | None:
    """The lock that a block of a file describes; None for none."""
    return Lock(LockMode(lock.mode), lock.days, lock.cool_off_hours or 0) if lock else None


def _first(*values: T | None) -> T:
    """The first value that was given; the checks ensure that there is one."""
    return next(value for value in values if value is not None)
