"""Places in another account: the vault's own config says what this one need not."""

from __future__ import annotations

import pytest

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from tests.unit.snapkeep_cli.config.conftest import Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE
from tests.unit.snapkeep_cli.config.test_copies import Loader

KEY = "arn:aws:kms:ap-northeast-3:222233334444:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PLACES = """\
places:
  vault: {region: ap-northeast-3, account: "222233334444"}
"""
COPY = """\
    copies:
      - {to: vault, every: day}
"""


def test_a_vault_needs_neither_a_key_nor_a_retention(loaded: Loader) -> None:
    deployment = loaded(FILE + COPY + PLACES)
    assert deployment.places == (Place("vault", "ap-northeast-3", "", account="222233334444"),)
    assert deployment.policies[0].copies == (CopyRule("vault", {"last": 1}, Every(Period.DAY)),)


def test_a_new_vault_may_begin_with_more_than_the_newest_point(loaded: Loader) -> None:
    rule = loaded(FILE + COPY.replace("every: day", "backfill: 5") + PLACES).policies[0].copies[0]
    assert (rule.backfill, rule.retention) == (5, {"last": 5})


@pytest.mark.parametrize("account", ['"222233334444"', "222233334444", '"012345678901"'])
def test_an_account_has_twelve_digits(loaded: Loader, account: str) -> None:
    (place,) = loaded(FILE + COPY + PLACES.replace('"222233334444"', account)).places
    assert place.account == account.strip('"')


def test_the_home_region_is_as_good_as_another(loaded: Loader) -> None:
    (place,) = loaded(FILE + COPY + PLACES.replace("ap-northeast-3", "ap-northeast-2")).places
    assert place.region == "ap-northeast-2"


def test_a_vault_may_be_in_the_region_of_a_place_of_ours(loaded: Loader) -> None:
    own = f'  osaka: {{region: ap-northeast-3, kms_key: "{KEY}"}}\n'
    assert len(loaded(FILE + COPY + PLACES + own).places) == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"222233334444"',
            "022233334444",
            "places.vault.account: '2456664356' is not an account; give its 12 digits in quotes, such as "
            '"222233334444"',
        ),
        (
            '"222233334444"',
            "ours",
            "places.vault.account: 'ours' is not an account; give its 12 digits in quotes, such as "
            '"222233334444"',
        ),
        (
            '"222233334444"',
            "true",
            "places.vault.account: 'True' is not an account; give its 12 digits in quotes, such as "
            '"222233334444"',
        ),
        (
            '"}',
            f'", kms_key: "{KEY.replace("222233334444", "111122223333")}"}}',
            "places.vault.kms_key: is a key of account 111122223333, and a vault copies under a key of its "
            "own account 222233334444; give the key of the vault's config, or leave it out",
        ),
        (
            "region: ap-northeast-3",
            "region: cn-north-1",
            "places.vault.region: EC2 copies nothing from ap-northeast-2 to cn-north-1, which belongs to "
            "another partition of AWS; use a Region of aws",
        ),
        (
            "  vault:",
            '  other: {region: ap-northeast-3, account: "222233334444"}\n  vault:',
            "places.vault.region: ap-northeast-3 of account 222233334444 is already the Region of place "
            "other; keep one of them",
        ),
    ],
)
def test_a_vault_that_cannot_work_is_refused(refusals: Refusals, old: str, new: str, told: str) -> None:
    assert old in PLACES
    assert [line.split(": ", 1)[1] for line in refusals(FILE + COPY + PLACES.replace(old, new))] == [told]


@pytest.mark.parametrize(
    ("key", "value"),
    [("retention", "{daily: 14}"), ("lock", "{mode: governance, days: 14}"), ("lock", "off")],
)
def test_only_the_vault_says_how_long_copies_stay(refusals: Refusals, key: str, value: str) -> None:
    rule = COPY.replace("every: day", f"every: day, {key}: {value}")
    (line,) = refusals(FILE + rule + PLACES)
    told = f"{key}: vault is a vault, whose own config says how long copies stay; remove {key}"
    assert line.endswith(f"policies[0].copies[0].{told}")
