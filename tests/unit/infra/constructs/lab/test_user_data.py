"""User data, read as cloud-init and nodeadm read it: a MIME message with typed parts."""

from __future__ import annotations

from email import message_from_string
from email.message import Message

import pytest
import yaml

from infra.constructs.lab.node_groups import GROUPS
from tests.unit.infra.lab import user_data
from tests.unit.infra.template import Template

NODE_CONFIG = "application/node.eks.aws"
SCRIPT = "text/x-shellscript"


def parts(template: Template, group: str) -> list[Message]:
    message = message_from_string(user_data(template, group))
    assert message.get_content_type() == "multipart/mixed"
    assert message["MIME-Version"] == "1.0"
    found = message.get_payload()
    assert isinstance(found, list)
    return [part for part in found if isinstance(part, Message)]


@pytest.mark.parametrize("group", [group.name for group in GROUPS])
def test_nodeadm_is_told_that_a_hundred_pods_fit(lab: Template, group: str) -> None:
    config = parts(lab, group)[-1]

    assert config["Content-Type"] == NODE_CONFIG
    assert yaml.safe_load(str(config.get_payload())) == {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {"kubelet": {"config": {"maxPods": 100}}},
    }


@pytest.mark.parametrize("group", [group.name for group in GROUPS if group.script])
def test_a_script_comes_as_it_is_in_its_file(lab: Template, group: str) -> None:
    script, _ = parts(lab, group)

    assert script.get_content_type() == SCRIPT
    assert str(script.get_payload()).startswith("#!/usr/bin/env bash\n")


@pytest.mark.parametrize("group", [group.name for group in GROUPS if not group.script])
def test_a_plain_group_gets_nothing_else(lab: Template, group: str) -> None:
    assert [part.get_content_type() for part in parts(lab, group)] == [NODE_CONFIG]


@pytest.mark.parametrize("group", [group.name for group in GROUPS])
def test_user_data_is_ascii_and_within_ec2s_16_kib(lab: Template, group: str) -> None:
    assert len(user_data(lab, group).encode("ascii")) < 16 * 1024
