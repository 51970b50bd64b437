"""Finds points that no other account can copy, because their key cannot be shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from snapkeep.domain.copies.kms_keys import cannot_be_shared
from snapkeep.ports.ec2 import Keys
from snapkeep.services.copies.choose_copies import Wanted


@dataclass(frozen=True, slots=True)
class CheckKeys:
    """Asks KMS about each key once a turn."""

    keys: Keys

    def run(self, wanted: Iterable[Wanted]) -> tuple[list[Wanted], list[tuple[Wanted, str]]]:
        """The points that can be shared, and those that cannot, each with the reason."""
        of_aws: dict[str, bool] = {}
        fit: list[Wanted] = []
        unfit: list[tuple[Wanted, str]] = []
        for each in wanted:
            key = each.source.key
            if key and key not in of_aws:
                of_aws[key] = self.keys.is_of_aws(key)
            if of_aws.get(key):
                unfit.append((each, cannot_be_shared(key)))
            else:
                fit.append(each)
        return fit, unfit
