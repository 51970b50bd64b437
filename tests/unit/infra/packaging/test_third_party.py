"""What of the lock goes into the layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.packaging.third_party import AWS_SERVICES, prune

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


def test_every_service_that_wiring_opens_has_its_model() -> None:
    wiring = (ROOT / "layers/common/python/snapkeep/wiring").glob("*.py")
    parts = [part for path in wiring for part in path.read_text().split('client("')[1:]]
    opened = {part.partition('"')[0] for part in parts}

    assert opened
    assert opened <= AWS_SERVICES
