"""Manifests: YAML files with names that a deployment fills in."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.constructs.lab import manifests
from infra.constructs.lab.manifests import load


def test_values_are_filled_in_wherever_a_name_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "FOLDER", tmp_path)
    (tmp_path / "two.yaml").write_text("a: ['x.${domain}', 1]\n---\nb: {c: '${domain} $HOME'}\n")

    assert load("two", domain="example.com") == [
        {"a": ["x.example.com", 1]},
        {"b": {"c": "example.com $HOME"}},
    ]


def test_a_value_cannot_change_the_structure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "FOLDER", tmp_path)
    (tmp_path / "one.yaml").write_text("a: ${text}\n")

    assert load("one", text="b\nc: d") == [{"a": "b\nc: d"}]


def test_a_name_without_a_value_is_named() -> None:
    with pytest.raises(KeyError, match="file_system"):
        load("storage-classes")
