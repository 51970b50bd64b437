"""Zips that are the same for the same content."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.packaging.archive import compile_trees, digest_of, tree_digest, write_zip


def a_tree(root: Path, **contents: str) -> Path:
    for name, content in contents.items():
        path = root / "python" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_equal_trees_give_equal_zips_whenever_and_wherever_they_were_written(tmp_path: Path) -> None:
    first = a_tree(tmp_path / "first", one="1", two="2")
    second = a_tree(tmp_path / "second", two="2", one="1")
    os.utime(second / "python" / "one.py", (0, 0))
    (second / "python" / "two.py").chmod(0o600)

    for tree in (first, second):
        write_zip(tree, tree / "out.zip")
        (tree / "out.zip").rename(tmp_path / f"{tree.name}.zip")

    assert tree_digest(first) == tree_digest(second)
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_a_changed_or_renamed_file_changes_the_digest(tmp_path: Path) -> None:
    digests = {
        tree_digest(a_tree(tmp_path / "a", one="1")),
        tree_digest(a_tree(tmp_path / "b", one="2")),
        tree_digest(a_tree(tmp_path / "c", two="1")),
    }

    assert len(digests) == 3


def test_bytecode_left_by_a_test_run_does_not_change_the_digest(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, one="1")
    before = tree_digest(tree)
    compile_trees({tree: "/opt"}, Path(sys.executable))

    assert tree_digest(tree) == before


def test_parts_of_a_digest_cannot_run_into_each_other() -> None:
    assert digest_of("ab", "c") != digest_of("a", "bc")


def test_compiled_code_names_the_place_where_lambda_mounts_it(tmp_path: Path) -> None:
    tree = a_tree(tmp_path / "tree", broken="def fail():\n    raise ValueError")
    compile_trees({tree: "/opt"}, Path(sys.executable))
    (bytecode,) = tree.rglob("*.pyc")

    assert b"/opt/python/broken.py" in bytecode.read_bytes()
    assert str(tmp_path).encode() not in bytecode.read_bytes()


def test_each_tree_is_compiled_for_its_own_place_and_a_mistake_in_one_is_told(tmp_path: Path) -> None:
    layer, handler = a_tree(tmp_path / "layer", one="1"), a_tree(tmp_path / "handler", two="2")
    compile_trees({layer: "/opt", handler: "/var/task"}, Path(sys.executable))
    assert b"/opt/python/one.py" in next(layer.rglob("*.pyc")).read_bytes()
    assert b"/var/task/python/two.py" in next(handler.rglob("*.pyc")).read_bytes()

    wrong = a_tree(tmp_path / "wrong", three="def")
    with pytest.raises(subprocess.CalledProcessError):
        compile_trees({layer: "/opt", wrong: "/opt"}, Path(sys.executable))


def test_bytecode_is_used_though_the_zip_lost_the_times_of_files(tmp_path: Path) -> None:
    tree = a_tree(tmp_path / "tree", one="1")
    compile_trees({tree: "/opt"}, Path(sys.executable))
    (bytecode,) = tree.rglob("*.pyc")
    flags = int.from_bytes(bytecode.read_bytes()[4:8], "little")

    assert flags == 0b01, "hash-based and unchecked, PEP 552"


def test_everyone_may_read_what_is_in_a_zip(tmp_path: Path) -> None:
    tree = a_tree(tmp_path / "tree", one="1")
    (tree / "python" / "one.py").chmod(0o600)
    write_zip(tree, tmp_path / "out.zip")

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert [entry.external_attr >> 16 for entry in archive.infolist()] == [0o644]
