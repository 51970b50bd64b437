"""Whatever policy a source's point is of, the vault's own config says how its copy is locked."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.vault.terms import TermsOfSources
from snapkeep.domain.vault.vault import Vault
from tests.fakes.pulling import PROD, STAGE

TERMS = TermsOfSources(Vault("ap-northeast-3", "arn:aws:kms:k", (PROD, replace(STAGE, lock=None))))


def test_the_lock_is_that_of_the_source_for_every_policy() -> None:
    assert TERMS.lock("prod", "nightly") == TERMS.lock("prod", "on-demand") == PROD.lock
    assert TERMS.lock("stage", "nightly") is None


def test_a_source_that_left_the_config_asks_for_no_lock() -> None:
    assert TERMS.lock("left", "nightly") is None


def test_no_policy_stands_for_another() -> None:
    assert TERMS.asking("prod", "on-demand") == "on-demand"
