"""What of the lock goes into the layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.packaging.third_party import AIO_PACKAGES, AWS_SERVICES, prune, wanted

ROOT = Path(__file__).parents[4]
ENDPOINTS = "botocore/data/endpoints.json"

LOCK = """\
aiohttp==3.14.5 \\
    --hash=sha256:aa
    # via kubernetes
boto3==1.43.106 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via snapkeep
"""


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


def test_packages_of_the_asynchronous_client_are_not_installed_and_hashes_stay() -> None:
    entries = "".join(wanted(LOCK))

    assert "aiohttp" not in entries
    assert "boto3==1.43.106" in entries
    assert entries.count("--hash") == 2


def test_every_package_that_is_left_out_is_in_the_lock() -> None:
    lock = (ROOT / "requirements-runtime.lock").read_text()

    assert [name for name in sorted(AIO_PACKAGES) if f"\n{name}==" not in f"\n{lock}"] == []


def test_only_the_api_models_we_call_stay(tmp_path: Path) -> None:
    write(
        tmp_path,
        "botocore/data/sqs/2012-11-05/service-2.json.gz",
        "botocore/data/redshift/2012-12-01/service-2.json.gz",
    )

    prune(tmp_path)

    assert left(tmp_path) == {"botocore/data/sqs/2012-11-05/service-2.json.gz"}


def test_typed_kubernetes_models_go_and_their_index_stays(tmp_path: Path) -> None:
    write(
        tmp_path,
        "kubernetes/aio/client/__init__.py",
        "kubernetes/client/api_client.py",
        "kubernetes/client/models/__init__.py",
        "kubernetes/client/models/v1_pod.py",
        "kubernetes/client/api/core_v1_api.py",
    )

    prune(tmp_path)

    assert left(tmp_path) == {"kubernetes/client/api_client.py", "kubernetes/client/models/__init__.py"}


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
