"""The deployed API and read_files hand out files of points: through EBS, KMS, DynamoDB and S3, under their
own roles."""

from __future__ import annotations

import hashlib
import io
import tarfile
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sandbox.lab.volumes.archive import Entry
from sandbox.launch import Sandbox
from tests.filesystems.images import unpack
from tests.integration.api import Person
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed, until
from tests.integration.test_checks import volume_of

pytestmark = pytest.mark.slow

POLICIES = [{"name": "known", "method": "ebs"}, {"name": "other", "method": "ebs"}]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Claims of two namespaces, whose volumes are under the key of the config and under another."""
    keys: dict[str, str] = {}

    def config(sandbox: Sandbox) -> dict[str, Any]:
        for name in ("known", "other"):
            keys[name] = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
        return config_of(*POLICIES, files={"keys": [keys["known"]]})

    with deployed(tmp_path_factory.mktemp("files"), config) as product:
        for name, key in keys.items():
            product.make_claims(name, 1, key)
        yield product


@pytest.fixture(scope="module")
def found(product: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Entry]:
    """What the kernel finds on the volumes, of which there are two points each."""
    image, entries = unpack("xfs", tmp_path_factory.mktemp("image"))
    for namespace in ("known", "other"):
        product.sandbox.aws.write_image(volume_of(product, namespace), image)
        for _ in range(2 if namespace == "known" else 1):
            product.backup(namespace)
            product.until_closed(namespace)
    return entries


def newest(product: Deployed, namespace: str) -> str:
    return str(max(product.points(namespace), key=lambda each: str(each["slot"]))["id"])


def answer(person: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question, however often it must be asked."""

    def asked() -> dict[str, Any] | None:
        said = person.post(path, body)
        assert said.status in (200, 202), said.body
        return dict(said.json) if said.status == 200 else None

    return until(asked, f"an answer of {path}", limit=120)


def fetched(download: Mapping[str, Any]) -> bytes:
    with urllib.request.urlopen(download["url"]) as response:
        data = bytes(response.read())
    assert (len(data), hashlib.sha256(data).hexdigest()) == (download["size"], download["sha256"])
    return data


def test_files_of_a_point_come_out_as_the_kernel_finds_them(
    product: Deployed, found: Mapping[str, Entry]
) -> None:
    ann = Person(product, "ann", [f"POST/v1/clusters/{CLUSTER}/namespaces/known/*"])
    here = f"/v1/clusters/{CLUSTER}/namespaces/known"
    point = f"{here}/recovery-points/{newest(product, 'known')}"

    listing = answer(ann, f"{point}/listings", {"path": "/"})
    names = {each["name"] for each in listing["entries"]} - {"lost+found"}
    assert names == {path[1:] for path in found if path.count("/") == 1}

    path = max((path for path in found if found[path][0] == "file"), key=lambda path: found[path][1])
    data = fetched(answer(ann, f"{point}/downloads", {"path": path}))
    assert found[path] == ("file", len(data), hashlib.sha256(data).hexdigest())

    folder = next(path for path in found if found[path] == ("directory",))
    archive = fetched(answer(ann, f"{point}/downloads", {"path": folder}))
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        members = {each.name.removeprefix(".") for each in packed}
    assert members == {"", *(each.removeprefix(folder) for each in found if each.startswith(f"{folder}/"))}

    versions = answer(ann, f"{here}/claims/bulk-0000/versions", {"path": path})["versions"]
    assert [each["state"] for each in versions] == ["same", "changed"]

    name = path.rpartition("/")[2]
    hits = answer(ann, f"{here}/claims/bulk-0000/searches", {"name": name, "path": "/"})["found"]
    assert path in {each["path"] for each in hits} and hits[0]["points"] == 2


def test_another_key_and_another_namespace_are_refused(product: Deployed, found: Mapping[str, Entry]) -> None:
    ann = Person(product, "ann", [f"POST/v1/clusters/{CLUSTER}/namespaces/known/*"])
    other = newest(product, "other")
    outside = f"/v1/clusters/{CLUSTER}/namespaces/other/recovery-points/{other}/listings"
    assert ann.post(outside, {"path": "/"}).status == 403
    sly = f"/v1/clusters/{CLUSTER}/namespaces/known/recovery-points/{other}/listings"
    assert ann.post(sly, {"path": "/"}).status == 404

    admin = Person(product, "admin")
    refused = admin.post(outside, {"path": "/"})
    assert refused.status in (403, 409, 422), refused.body
    assert "which `files.keys` does not list" in refused.json["detail"]
