"""Who a vault knows, and how its config travels."""

import json

import pytest

from snapkeep.domain.policies import Deployment, from_document, to_document
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.domain.vault.vault import Vault, VaultSource

KEY = "arn:aws:kms:ap-northeast-2:222233334444:key/1234"
PROD = VaultSource(
    name="prod",
    account="111122223333",
    region="ap-northeast-2",
    deployment="snapkeep",
    clusters=("myeks",),
    retention={"daily": 14, "within": "2d"},
    lock=Lock(LockMode.COMPLIANCE, 14),
)
VAULT = Vault("ap-northeast-2", KEY, (PROD,), lend_to=("333344445555",))


def test_a_vault_survives_the_way_to_its_functions() -> None:
    deployment = Deployment((), (), vault=VAULT)
    assert from_document(json.loads(json.dumps(to_document(deployment)))) == deployment


def test_a_sender_is_known_by_account_region_and_deployment() -> None:
    assert VAULT.sender("111122223333", "ap-northeast-2", "snapkeep") is PROD


@pytest.mark.parametrize(
    "stranger",
    [
        ("999999999999", "ap-northeast-2", "snapkeep"),
        ("111122223333", "ap-northeast-3", "snapkeep"),
        ("111122223333", "ap-northeast-2", "other"),
    ],
)
def test_anybody_else_is_a_stranger(stranger: tuple[str, str, str]) -> None:
    assert VAULT.sender(*stranger) is None


def test_each_source_has_a_place_of_its_own() -> None:
    (place,) = VAULT.places
    assert (place.name, place.region, place.kms_key, place.is_vault) == ("prod", "ap-northeast-2", KEY, False)
