"""What a file says about reading files out of points: what arrives, and what cannot work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.files.limits import FileLimits, FileRules
from snapkeep.domain.policies import from_document, to_document
from snapkeep_cli.proof import files_in_words
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE

KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALL = f"keys: [{KEY}, {KEY}], largest_file: 5Gi, most_entries: 500, deepest: 9, longest: 5 minutes"


def test_keys_and_limits_arrive_also_in_the_function(loaded: Loader) -> None:
    deployment = loaded(f"{FILE}files: {{{ALL}}}\n")
    assert deployment.files == FileRules((KEY,), FileLimits(5 * 2**30, 500, 9, timedelta(minutes=5)))
    assert from_document(to_document(deployment)) == deployment


def test_files_are_off_unless_written_and_have_usual_limits(loaded: Loader) -> None:
    assert loaded(FILE).files is None
    usual = loaded(FILE + "files: {}\n")
    assert usual.files == FileRules((), FileLimits(2**30, 10_000, 64, timedelta(minutes=10)))
    assert from_document(to_document(usual)) == usual


def test_functions_read_the_document_of_a_version_without_files(loaded: Loader) -> None:
    document = to_document(loaded(FILE))
    del document["files"]
    assert from_document(document).files is None


def test_validate_says_what_can_be_read(loaded: Loader) -> None:
    (line,) = files_in_words(loaded(f"{FILE}files: {{{ALL}}}\n"))
    assert line == (
        f"files: they can be read by the API, encrypted points only under {KEY}; at most 5.0 GiB a file and "
        "500 names"
    )
    (line,) = files_in_words(loaded(FILE + "files: {}\n"))
    assert "of points that are not encrypted" in line
    assert not [*files_in_words(loaded(FILE))]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ("files:\n", "has no value"),
        ("files: {keys: [alias/aws/ebs]}\n", "use the ARN of a KMS key"),
        (
            f"files: {{keys: ['{KEY.replace('-2:', '-3:')}']}}\n",
            "is a key in ap-northeast-3, and points are in",
        ),
        ("files: {largest_file: 11Gi}\n", "use 1Ki to 10Gi"),
        ("files: {largest_file: '0'}\n", "use 1Ki to 10Gi"),
        ("files: {largest_file: 12}\n", "write a number and a unit"),
        ("files: {most_entries: 0}\n", "files.most_entries"),
        ("files: {most_entries: 100001}\n", "files.most_entries"),
        ("files: {deepest: 257}\n", "files.deepest"),
        ("files: {longest: 15 minutes}\n", "use 1 minute to 14 minutes"),
    ],
)
def test_what_cannot_work_is_refused(refusals: Refusals, files: str, says: str) -> None:
    assert any(says in line for line in refusals(FILE + files))
