"""What a file says about looking into points: what arrives, what validate says, and what cannot work."""

from __future__ import annotations

import pytest

from snapkeep.domain.policies import from_document, to_document
from snapkeep.domain.proof.rules import CheckRules
from snapkeep_cli.config.proof import LONGEST_PATH, MOST_EXPECTED
from snapkeep_cli.proof import checks_in_words, expected_in_words
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE

KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CHECKS = f"checks: {{keys: [{KEY}, {KEY}]}}\n"


def expecting(*paths: str) -> str:
    """The file with a policy that expects these paths, in quotes as YAML needs them."""
    return f"{FILE}    expect: [{', '.join(repr(path) for path in paths)}]\n"


def test_keys_and_expected_paths_arrive_also_in_the_functions(loaded: Loader) -> None:
    deployment = loaded(expecting("/data/out.txt", "/var/lib/mysql/ibdata1") + CHECKS)
    assert deployment.checks == CheckRules((KEY,))
    assert deployment.policies[0].expect == ("/data/out.txt", "/var/lib/mysql/ibdata1")
    assert from_document(to_document(deployment)) == deployment


def test_the_pace_is_200_blocks_a_second_unless_the_file_says_otherwise(
    loaded: Loader, refusals: Refusals
) -> None:
    slow = loaded(FILE + "checks: {pace: 50}\n")
    assert slow.checks == CheckRules((), 50)
    assert from_document(to_document(slow)).checks == CheckRules((), 50)
    assert CheckRules().pace == 200
    (line,) = refusals(FILE + "checks: {pace: 0}\n")
    assert line.endswith("checks.pace: 0 is too small; use 1 or more")


def test_checks_are_off_unless_written_and_need_no_key(loaded: Loader) -> None:
    assert loaded(FILE).checks is None
    assert from_document(to_document(loaded(FILE))).checks is None
    unencrypted = loaded(FILE + "checks: {}\n")
    assert unencrypted.checks == CheckRules()
    assert from_document(to_document(unencrypted)).checks == CheckRules()


def test_functions_read_the_document_of_a_version_without_checks(loaded: Loader) -> None:
    document = to_document(loaded(FILE))
    del document["checks"]
    assert from_document(document).checks is None


def test_validate_says_what_is_looked_into(loaded: Loader) -> None:
    deployment = loaded(expecting("/out.txt") + CHECKS)
    (line,) = checks_in_words(deployment)
    which = f"encrypted ones only under {KEY}"
    assert line == f"checks: each new point is looked into, {which}; at most 200 blocks a second"
    (line,) = expected_in_words(deployment.policies[0])
    assert line == "expects: /out.txt in every point; one without is suspicious"
    (line,) = checks_in_words(loaded(FILE + "checks: {}\n"))
    assert line.startswith("checks: each new point is looked into, encrypted ones not: checks.keys is empty")
    assert not [*checks_in_words(loaded(FILE)), *expected_in_words(loaded(FILE).policies[0])]


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        (["out.txt"], "'out.txt' does not begin with /; give the path from the root of the volume"),
        (["/data/*.txt"], "'/data/*.txt' is a pattern; name one file or folder"),
        (["/data/../out.txt"], "has an empty part, . or .. in it; write the whole path"),
        (["/data/"], "has an empty part"),
        (["/"], "has an empty part"),
        (["//data"], "has an empty part"),
        (["/" + "x" * LONGEST_PATH], "is not a path; use at most 1,024 characters"),
        (["/out.txt", "/out.txt"], "policies[0].expect[1]: '/out.txt' is listed twice; remove one"),
    ],
)
def test_a_path_that_cannot_be_looked_for_is_refused(refusals: Refusals, paths: list[str], says: str) -> None:
    (line,) = refusals(expecting(*paths) + CHECKS)
    assert says in line


def test_more_paths_than_a_check_looks_for_are_refused(refusals: Refusals, loaded: Loader) -> None:
    paths = [f"/{number}" for number in range(MOST_EXPECTED + 1)]
    assert len(loaded(expecting(*paths[1:]) + CHECKS).policies[0].expect) == MOST_EXPECTED
    (line,) = refusals(expecting(*paths) + CHECKS)
    assert "policies[0].expect" in line and "has 21 entries; give at most 20" in line


def test_expected_paths_that_nothing_looks_for_are_refused(refusals: Refusals) -> None:
    (line,) = refusals(expecting("/out.txt"))
    assert "policies[0].expect: has no meaning without checks" in line and "add checks: {}" in line


@pytest.mark.parametrize(
    ("checks", "says"),
    [
        ("checks:\n", "has no value"),
        ("checks: true\n", "use a mapping of keys to values"),
        ("checks: {keys: [alias/aws/ebs]}\n", "use the ARN of a KMS key"),
        (CHECKS.replace("-2:", "-3:"), "is a key in ap-northeast-3, and points are in ap-northeast-2"),
    ],
)
def test_keys_that_open_no_point_are_refused(refusals: Refusals, checks: str, says: str) -> None:
    assert any(says in line for line in refusals(FILE + checks))
