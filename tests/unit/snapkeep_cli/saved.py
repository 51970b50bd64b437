"""What a world's runs saved, behind the links that its API gives."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from snapkeep.domain.objects.manifests import to_document
from snapkeep_cli.objects import archives, secrets
from tests.fakes.saving import SavingWorld


def put_behind_links(world: SavingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find archives, with their checksums, and manifests."""

    def read(url: str) -> Iterator[bytes]:
        key = url.removeprefix("https://objects.test/")
        if key.endswith(".json"):
            yield json.dumps(to_document(world.archives.manifests[key.removesuffix(".json")])).encode()
        elif key.endswith(".secrets.enc"):
            yield world.archives.secrets[key]
        else:
            yield _packed(world, key.removesuffix(".yaml.gz"))

    for each in world.records():
        digest = hashlib.sha256(_packed(world, each.archive.key)).hexdigest()
        world.journal.saved_objects.write_saved(replace(each, archive=replace(each.archive, sha256=digest)))
    monkeypatch.setattr(archives, "streamed", read)
    monkeypatch.setattr(secrets, "kms_for", lambda key: world.kms)


def _packed(world: SavingWorld, key: str) -> bytes:
    return gzip.compress(world.archives.texts[key].encode(), mtime=0)
