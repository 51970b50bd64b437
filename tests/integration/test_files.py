"""People read files out of points by command, each with the rights that the documentation gives them."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.launch import Sandbox
from tests.filesystems.images import unpack
from tests.integration.api import Person
from tests.integration.deployed import Deployed, config_of, deployed
from tests.integration.flows.command import snapkeep

pytestmark = pytest.mark.slow

POLICIES = Path(__file__).parents[2] / "docs" / "policies"
SHOP = "/v1/clusters/myeks/namespaces/known"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    def config(sandbox: Sandbox) -> dict[str, Any]:
        key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
        keys.append(key)
        return config_of({"name": "known", "method": "ebs"}, files={"keys": [key]})

    keys: list[str] = []
    with deployed(tmp_path_factory.mktemp("files"), config) as product:
        product.make_claims("known", 1, *keys)
        yield product


@pytest.fixture(scope="module")
def kernels(product: Deployed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, ...]]:
    """What the kernel found on the volume that the only point was taken of, by path."""
    image, entries = unpack("xfs", tmp_path_factory.mktemp("image"))
    claim = product.admin.get("/api/v1/namespaces/known/persistentvolumeclaims/bulk-0000")
    volume = product.admin.get(f"/api/v1/persistentvolumes/{claim['spec']['volumeName']}")
    product.sandbox.aws.write_image(str(volume["spec"]["csi"]["volumeHandle"]), image)
    product.backup("known")
    product.until_closed("known")
    return {path: tuple(entry) for path, entry in entries.items()}


@pytest.fixture(scope="module")
def point(product: Deployed, kernels: dict[str, tuple[Any, ...]]) -> str:
    """The id of the point."""
    (made,) = product.points("known")
    return str(made["id"])


def a_file(kernels: dict[str, tuple[Any, ...]]) -> str:
    """The path of the largest file."""
    return max(
        (path for path, entry in kernels.items() if entry[0] == "file"), key=lambda path: kernels[path][1]
    )


def below(folder: str, paths: dict[str, tuple[Any, ...]]) -> set[str]:
    """The names in a folder."""
    start = f"{folder.rstrip('/')}/"
    return {path[len(start) :].partition("/")[0] for path in paths if path.startswith(start) and path != "/"}


def test_a_folder_is_listed_as_the_kernel_shows_it(
    product: Deployed, point: str, kernels: dict[str, tuple[Any, ...]]
) -> None:
    folder = a_file(kernels).rpartition("/")[0] or "/"
    listed = snapkeep(product, "ls", f"known/bulk-0000:{folder}", "-o", "json")
    assert listed.returncode == 0, listed.stderr
    found = json.loads(listed.stdout)
    assert {each["name"] for each in found["entries"]} == below(folder, kernels)
    assert found["recovery_point"] == point
    assert "transactions in its log are included" in found["log"]


def test_a_file_and_a_folder_are_fetched_as_they_were(
    product: Deployed, point: str, kernels: dict[str, tuple[Any, ...]], tmp_path: Path
) -> None:
    path = a_file(kernels)
    fetched = snapkeep(product, "get", "file", f"{point}:{path}", "-o", str(tmp_path / "file"))
    assert fetched.returncode == 0, fetched.stderr
    assert hashlib.sha256((tmp_path / "file").read_bytes()).hexdigest() == kernels[path][2]

    folder = path.rpartition("/")[0] or "/"
    fetched = snapkeep(
        product, "get", "file", f"{point}:{folder}", "-n", "known", "-o", str(tmp_path / "tar")
    )
    assert fetched.returncode == 0, fetched.stderr
    with tarfile.open(tmp_path / "tar") as archive:
        content = archive.extractfile(f"./{path.removeprefix(folder).lstrip('/')}")
        assert content is not None
        assert hashlib.sha256(content.read()).hexdigest() == kernels[path][2]


def test_a_file_is_followed_and_found(
    product: Deployed, point: str, kernels: dict[str, tuple[Any, ...]]
) -> None:
    path = a_file(kernels)
    versions = snapkeep(product, "versions", f"known/bulk-0000:{path}", "-o", "json")
    assert versions.returncode == 0, versions.stderr
    (only,) = json.loads(versions.stdout)["versions"]
    assert (only["recovery_point"], only["state"], only["size"]) == (point, "changed", kernels[path][1])
    found = snapkeep(product, "find", "known/bulk-0000", path.rpartition("/")[2], "-o", "json")
    assert path in {each["path"] for each in json.loads(found.stdout)["found"]}


def test_what_is_not_there_is_refused_in_words(product: Deployed, point: str) -> None:
    missing = snapkeep(product, "ls", f"{point}:/no-such-folder")
    assert (missing.returncode, "error[not_found]" in missing.stderr) == (4, True), missing.stderr


def test_the_documented_policies_let_one_list_and_another_fetch(
    product: Deployed, point: str, kernels: dict[str, tuple[Any, ...]]
) -> None:
    lister, fetcher = (Person(product, name, paths_of(f"{name}-files")) for name in ("list", "fetch"))
    listing, download = (
        f"{SHOP}/recovery-points/{point}/listings",
        f"{SHOP}/recovery-points/{point}/downloads",
    )
    body = {"path": a_file(kernels)}
    assert (lister.post(listing, body).status, lister.post(download, body).status) == (200, 403)
    assert (fetcher.post(listing, body).status, fetcher.post(download, body).status) == (403, 200)
    everywhere = listing.replace("/namespaces/known", "")
    elsewhere = listing.replace("known", "kube-system")
    assert {lister.post(path, body).status for path in (everywhere, elsewhere)} == {403}
    assert Person(product, "ann").post(elsewhere, body).status == 404


def paths_of(name: str) -> list[str]:
    """The paths that a documented policy allows, for the namespace of this test."""
    (statement,) = json.loads((POLICIES / f"{name}.json").read_text())["Statement"]
    return [
        resource.rpartition("/live/")[2].replace("/shop/", "/known/") for resource in statement["Resource"]
    ]
