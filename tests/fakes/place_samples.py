"""Places with nothing missing, as the doctor sees them; tests take one thing away."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from snapkeep.domain.copies.places import Place
from snapkeep.domain.restore.copied_points import point_of_copy
from snapkeep_cli.doctor.places.facts import (
    AdoptedFacts,
    ClaimKey,
    ForwardRule,
    PlaceFacts,
    RegionFacts,
    Stands,
    VaultFacts,
)
from tests.fakes.adopting import AdoptingWorld
from tests.fakes.doctor_samples import KEY, NOW, VISIT

OURS, VAULTS = "111122223333", "222233334444"
OSAKA_KEY = f"arn:aws:kms:ap-northeast-3:{OURS}:key/1"
OSAKA = Place("osaka", "ap-northeast-3", OSAKA_KEY)
VAULT = Place("vault", "eu-west-1", f"arn:aws:kms:eu-west-1:{VAULTS}:key/1", account=VAULTS)
STANDS = Stands(12, 0, 0, 0, 0, NOW - timedelta(hours=26))
OWN_KEY: Mapping[str, Any] = {"KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
OPEN: Mapping[str, Any] = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"}, "Action": "kms:*"},
        {
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{VAULTS}:root"]},
            "Action": ["kms:CreateGrant", "kms:De*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        },
    ]
}
"""A key's policy that admits the vault; `kms:De*` is Decrypt and DescribeKey."""
REGION = RegionFacts(
    opted="opt-in-not-required",
    in_progress=3,
    key=OWN_KEY,
    rule=ForwardRule(True, (f"arn:aws:events:eu-west-1:{OURS}:event-bus/default",)),
)
IN_VAULT = VaultFacts(
    refusal="",
    keys={KEY: ClaimKey(OWN_KEY, OPEN)},
    claims={KEY: ["shop/data"]},
    lets_in=False,
    management=None,
)


def a_place(there: RegionFacts | VaultFacts = REGION, **changes: Any) -> PlaceFacts:
    """The facts about a healthy place, except for these changes."""
    place = VAULT if isinstance(there, VaultFacts) else OSAKA
    facts = PlaceFacts(place, VISIT, OURS, True, {"nightly": "one point a day"}, {"myeks": STANDS}, there)
    return dataclasses.replace(facts, **changes)


def adopted(**changes: Any) -> AdoptedFacts:
    """The copies of two claims, which clusters `spare` and `other` in Osaka adopt."""
    visit = dataclasses.replace(VISIT, cluster="spare", region="ap-northeast-3")
    found = (point_of_copy(each, visit.region) for each in AdoptingWorld().ebs.all.values())
    copies = tuple(point for point in found if point)
    facts = AdoptedFacts(visit, ("spare", "other"), copies, (), {OSAKA_KEY: "Enabled"})
    return dataclasses.replace(facts, **changes)
