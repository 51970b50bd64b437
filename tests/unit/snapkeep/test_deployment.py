"""The deployment document: what infra puts into the layer is what the functions load."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapkeep.deployment import FILE, PACKAGE, load_deployment
from snapkeep.domain.policies import to_document
from tests.fakes.world import World


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    load_deployment.cache_clear()
    sys.modules.pop(PACKAGE, None)
    yield
    load_deployment.cache_clear()
    sys.modules.pop(PACKAGE, None)


def test_the_layers_document_is_the_deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = World().deployment
    layer = tmp_path / PACKAGE
    layer.mkdir()
    (layer / "__init__.py").touch()
    (layer / FILE).write_text(json.dumps(to_document(deployment)))
    monkeypatch.syspath_prepend(tmp_path)
    assert load_deployment() == deployment
    (layer / FILE).unlink()
    assert load_deployment() is load_deployment()  # read once in the life of a process


def test_a_function_without_its_layer_says_what_is_missing() -> None:
    with pytest.raises(ModuleNotFoundError, match=PACKAGE):
        load_deployment()
