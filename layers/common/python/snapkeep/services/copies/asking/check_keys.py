"""Finds points that no other account can copy, because their key cannot be shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from snapkeep.ports.ec2 import Keys
from snapkeep.services.copies.choose_copies import Wanted

FIX = (
    "which no other account can use; give its StorageClass a kmsKeyId of your own that the vault may use, "
    "and restore the claim to a new volume of that class"
)


@dataclass(frozen=True, slots=True)
class CheckKeys:
    """Asks KMS about each key once a turn."""

    keys: Keys

    def run(self, wanted: Iterable[Wanted]) -> tuple[list[Wanted], list[tuple[Wanted, str]]]:
        """The points that can be shared, and those that cannot, each with the reason.

        A snapshot under AWS's key cannot be shared, and its key cannot be changed.
        https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
        """
        of_aws: dict[str, bool] = {}
        fit: list[Wanted] = []
        unfit: list[tuple[Wanted, str]] = []
        for each in wanted:
            key = each.source.key
            if key and key not in of_aws:
                of_aws[key] = self.keys.is_of_aws(key)
            if of_aws.get(key):
                unfit.append((each, f"cannot be copied: key {key} is AWS's key for EBS, {FIX}"))
            else:
                fit.append(each)
        return fit, unfit
