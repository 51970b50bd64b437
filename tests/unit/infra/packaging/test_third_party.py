"""What of the lock goes into the layer."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pathlib import Path

import aws_lambda_powertools
import pytest

from infra.packaging.third_party import AWS_SERVICES, POWERTOOLS, UNUSED_UTILITIES, prune

ROOT = Path(__file__).parents[4]
ENDPOINTS = "botocore/data/endpoints.json"


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")


@pytest.fixture(autouse=True)
def endpoints(tmp_path: Path) -> None:
    """botocore's list of endpoints, which every tree has."""
    write(tmp_path, ENDPOINTS)
    (tmp_path / ENDPOINTS).write_text('{"partitions": []}')


def left(folder: Path) -> set[str]:
    """What is there, the list of endpoints left out."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found - {ENDPOINTS}


def test_only_the_api_models_we_call_stay(tmp_path: Path) -> None:
    write(
        tmp_path,
        "botocore/data/sqs/2012-11-05/service-2.json.gz",
        "botocore/data/redshift/2012-12-01/service-2.json.gz",
    )

    prune(tmp_path)

    assert left(tmp_path) == {"botocore/data/sqs/2012-11-05/service-2.json.gz"}


def test_licences_stay_and_tests_go(tmp_path: Path) -> None:
    write(
        tmp_path,
        "some-1.0.dist-info/licenses/LICENSE",
        "some-1.0.dist-info/METADATA",
        "some-1.0.dist-info/RECORD",
        "some/tests/test_some.py",
    )

    prune(tmp_path)

    assert left(tmp_path) == {"some-1.0.dist-info/licenses/LICENSE", "some-1.0.dist-info/METADATA"}


def test_libraries_without_aws_are_pruned_too(tmp_path: Path) -> None:
    (tmp_path / ENDPOINTS).unlink()
    (tmp_path / "botocore/data").rmdir()
    write(tmp_path, "pyfsext.so", "_build.py")

    prune(tmp_path)

    assert left(tmp_path) == {"pyfsext.so"}


def test_the_notice_names_every_package_of_its_layer_with_its_licence() -> None:
    notice = (ROOT / "layers/filesystems/NOTICE").read_text()
    lock = (ROOT / "requirements-filesystems.lock").read_text()
    names = re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)

    assert names
    for name in names:
        found = metadata(name)
        licence = found.get("License-Expression") or found["License"]
        entry = re.search(rf"^{name}\n(( +.*\n)+)", notice, re.MULTILINE)
        assert entry and f"Licence: {licence} " in entry[1] and "Source: https://" in entry[1], name


def test_every_service_that_wiring_opens_has_its_model() -> None:
    wiring = (ROOT / "layers/common/python/snapkeep/wiring").glob("*.py")
    parts = [part for path in wiring for part in path.read_text().split('client("')[1:]]
    opened = {part.partition('"')[0] for part in parts}

    assert opened
    assert opened <= AWS_SERVICES


def test_no_part_of_powertools_that_stays_names_one_that_goes_nor_do_we() -> None:
    installed = Path(aws_lambda_powertools.__file__).parent
    gone = [installed / "utilities" / name for name in UNUSED_UTILITIES]
    assert all(folder.is_dir() for folder in gone), "a new version has other parts"
    ours = [*(ROOT / "layers" / "common").rglob("*.py"), *(ROOT / "lambdas").rglob("*.py")]
    theirs = [path for path in installed.rglob("*.py") if not any(path.is_relative_to(each) for each in gone)]
    naming = re.compile(rf"{POWERTOOLS}\.utilities\.({'|'.join(UNUSED_UTILITIES)})\b")
    assert [path for path in (*ours, *theirs) if naming.search(path.read_text())] == []
