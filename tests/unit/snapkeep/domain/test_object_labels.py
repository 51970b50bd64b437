"""Every label and annotation of ours has its name in one module, and no other module writes one out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapkeep.domain import object_labels

ROOT = Path(__file__).parents[4]
PRODUCT = ("layers/common/python/snapkeep", "snapkeep_cli", "lambdas", "infra")


def written_out(path: Path) -> Iterator[str]:
    """The labels and annotations of ours that a module's strings are, not those that its texts mention."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.split("=")
            if words[0].startswith(object_labels.PREFIX) and " " not in node.value:
                yield node.value


@pytest.mark.parametrize("folder", PRODUCT)
def test_no_other_module_writes_one_out(folder: str) -> None:
    home = Path(object_labels.__file__).resolve()
    found = {
        str(path.relative_to(ROOT)): sorted(names)
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.resolve() != home and (names := set(written_out(path)))
    }
    assert found == {}


def test_each_is_a_qualified_name_that_kubernetes_accepts() -> None:
    names = [value for name, value in vars(object_labels).items() if name.isupper() and name != "PREFIX"]
    assert len(names) == len(set(names)) > 10
    for name in names:
        prefix, _, rest = name.partition("/")
        assert (prefix + "/", rest.replace("-", "").isalpha(), len(rest) <= 63) == (
            object_labels.PREFIX,
            True,
            True,
        )
