"""What a file says about borrowed copies: what arrives, and what cannot work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snapkeep.domain.policies import Deployment, from_document, to_document
from snapkeep.domain.vault.borrower import Borrow
from snapkeep_cli.copies import loans_in_words
from tests.unit.snapkeep_cli.config.conftest import Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE

Loader = Callable[[str], Deployment]

KEY = "arn:aws:kms:ap-northeast-2:333344445555:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BORROW = f"""\
adopt: true
borrow: {{from: ["222233334444", "222233334444"], kms_key: "{KEY}"}}
"""


def test_lenders_and_the_key_arrive_also_in_the_functions(loaded: Loader) -> None:
    deployment = loaded(FILE + BORROW)
    assert deployment.borrow == Borrow(("222233334444",), KEY)
    assert from_document(to_document(deployment)).borrow == deployment.borrow
    assert loaded(FILE).borrow is None
    assert from_document(to_document(loaded(FILE))).borrow is None


def test_validate_says_whose_loans_are_taken(loaded: Loader) -> None:
    (line,) = loans_in_words(loaded(FILE + BORROW))
    assert line == f"loans: from account 222233334444, copied under {KEY}; nothing prunes these"
    assert not list(loans_in_words(loaded(FILE)))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (BORROW.replace("adopt: true\n", ""), "needs adopt: true"),
        (
            BORROW.replace("ap-northeast-2:", "eu-west-1:"),
            "is a key in eu-west-1, and borrowed copies are in",
        ),
        (BORROW.replace('"222233334444", "222233334444"', ""), "borrow.from"),
        (BORROW.replace('"222233334444"', '"12"', 1), "is not an account"),
        (BORROW.replace(KEY, "alias/aws/ebs"), "is the AWS managed key for EBS"),
        (
            f'places:\n  loan: {{region: ap-northeast-3, kms_key: "{KEY.replace("-2:", "-3:")}"}}\n',
            "is the place of borrowed copies",
        ),
    ],
)
def test_what_cannot_work_is_named(refusals: Refusals, wrong: str, says: str) -> None:
    assert any(says in str(each) for each in refusals(FILE + wrong))
