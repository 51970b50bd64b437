"""Whether a node is an instance."""

from __future__ import annotations

import pytest

from tests.fakes.dying import INSTANCE, a_node


@pytest.mark.parametrize(
    "provider_id",
    [
        "aws:///ap-northeast-2a/fargate-ip-10-0-0-1/" + "f" * 17,
        f"eks-hybrid:///ap-northeast-2/myeks/{INSTANCE}",
        f"aws:///ap-northeast-2a/{INSTANCE}0",
        "",
    ],
)
def test_another_provider_id_is_another_machine(provider_id: str) -> None:
    assert not a_node(provider_id=provider_id).is_instance(INSTANCE)


def test_a_provider_id_names_zone_and_instance() -> None:
    assert a_node().is_instance(INSTANCE)
