"""Checks that a restored claim is bound to a volume that was created from its recovery point.

Kubernetes binds a claim to a matching free volume of its class before it creates a new one, whatever the
claim's `dataSource` says. So only the EC2 volume behind the claim shows what it was created from.
https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.restore.operations import GIVE_UP_AFTER, KEEP_FOR, RestoreOperation


@dataclass(frozen=True, slots=True)
class Binding:
    """What a restored claim is bound to: a PersistentVolume and the EBS volume behind it ("" for none).

    `made_from` is the snapshot that EC2 created the volume from, "" for none, and None while EC2 does not
    show the volume. `point_volume` is the volume that the recovery point was taken from, "" when unknown.
    """

    volume: str
    volume_id: str = ""
    made_from: str | None = None
    point_volume: str = ""

    @property
    def is_settled(self) -> bool:
        """True once it is known what the claim is bound to."""
        return not self.volume_id or self.made_from is not None


def is_right(operation: RestoreOperation, binding: Binding) -> bool:
    """True when the bound volume was created from the restore's snapshot."""
    return binding.made_from == operation.snapshot_id


def wrong_volume(operation: RestoreOperation, binding: Binding) -> str:
    """Explains that a claim is bound to the wrong volume: what it holds, what it should hold, and what to
    do.
    """
    claim = f"claim {operation.namespace}/{operation.target}"
    taken_of = f", taken of {binding.point_volume}" if binding.point_volume else ""
    days = KEEP_FOR.days
    return (
        f"{claim} does not hold the backup: Kubernetes bound it to volume {binding.volume} "
        f"({_described(binding)}), a free volume that matched, instead of one created from recovery point "
        f"{operation.point_id} ({operation.snapshot_id}{taken_of}). Delete the claim, but first keep the "
        f"volume: kubectl patch pv {binding.volume} --patch "
        '\'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'. Then restore again with another class or a '
        f"larger size; the recovery point is held for {days} days, or until `snapkeep release`"
    )


def unseen_volume(operation: RestoreOperation, binding: Binding) -> str:
    """Explains that EC2 never showed the volume of a bound claim, and what to do."""
    minutes = GIVE_UP_AFTER // timedelta(minutes=1)
    return (
        f"claim {operation.namespace}/{operation.target} is bound to volume {binding.volume}, but EC2 has "
        f"not shown its EBS volume {binding.volume_id} for {minutes} minutes, so it is unknown whether it "
        f"holds recovery point {operation.point_id}. Look for it: aws ec2 describe-volumes --volume-ids "
        f"{binding.volume_id}. If it is gone, delete the claim and restore again; the recovery point is held "
        f"for {KEEP_FOR.days} days, or until `snapkeep release`"
    )


def _described(binding: Binding) -> str:
    if not binding.volume_id:
        return "no EBS volume"
    return f"{binding.volume_id}, created from {binding.made_from or 'no snapshot'}"
