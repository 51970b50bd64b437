"""botocore's models keep what we call, all that it needs, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.stub import Stubber

from infra.packaging.api_models import EC2_OPERATIONS, cut, cut_endpoints, cut_model

ROOT = Path(__file__).parents[4]
ADAPTERS = ROOT / "layers/common/python/snapkeep/adapters"
MODEL: dict[str, Any] = {
    "metadata": {"protocol": "ec2"},
    "operations": {
        "DescribeInstances": {
            "input": {"shape": "Request"},
            "errors": [{"shape": "Refused"}],
            "documentation": "<p>Describes instances.</p>",
        },
        "RunInstances": {"input": {"shape": "Launch"}},
    },
    "shapes": {
        "Request": {
            "type": "structure",
            "members": {"Ids": {"shape": "Ids", "documentation": "<p>Which.</p>"}},
        },
        "Ids": {"type": "list", "member": {"shape": "Id"}},
        "Id": {"type": "string"},
        "Refused": {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
        "Text": {"type": "string"},
        "Launch": {"type": "structure", "members": {}},
    },
}


@pytest.fixture(scope="module")
def all_operations() -> set[str]:
    model = botocore.session.get_session().get_service_model("ec2")
    return set(model.operation_names)


def test_an_operation_keeps_every_shape_it_reaches_and_loses_its_help() -> None:
    made = cut(MODEL, {"DescribeInstances"})

    assert set(made["operations"]) == {"DescribeInstances"}
    assert set(made["shapes"]) == {"Request", "Ids", "Id", "Refused", "Text"}
    assert made["metadata"] == MODEL["metadata"]
    assert "<p>" not in json.dumps(made)


def test_a_member_that_is_called_documentation_stays() -> None:
    refused = cut(MODEL, {"DescribeInstances"})["shapes"]["Refused"]

    assert refused["members"] == {"documentation": {"shape": "Text"}}


def test_an_operation_that_does_not_exist_is_named() -> None:
    with pytest.raises(KeyError, match="DescribeInstanses"):
        cut(MODEL, {"DescribeInstanses"})


def test_endpoints_stay_for_the_services_we_call_in_every_partition(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    partition = {"partition": "aws-cn", "services": {"ec2": {"endpoints": {"cn-north-1": {}}}, "s3": {}}}
    file.write_text(json.dumps({"version": 3, "partitions": [partition]}))

    cut_endpoints(file, {"ec2"})

    kept = {"partition": "aws-cn", "services": {"ec2": {"endpoints": {"cn-north-1": {}}}}}
    assert json.loads(file.read_text()) == {"version": 3, "partitions": [kept]}


def test_a_client_works_on_the_cut_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path(botocore.__file__).parent / "data" / "ec2"
    for version in ("2016-09-15", "2016-11-15"):
        (tmp_path / "ec2" / version).mkdir(parents=True)
        for source in (data / version).iterdir():
            (tmp_path / "ec2" / version / source.name).write_bytes(source.read_bytes())
    cut_model(tmp_path / "ec2", EC2_OPERATIONS)
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    session.register_component("data_loader", Loader(extra_search_paths=[str(tmp_path)]))
    client = session.create_client("ec2", "ap-northeast-2")
    answer = {"Reservations": [{"Instances": [{"InstanceId": "i-0123456789abcdef0"}]}]}

    with Stubber(client) as stub:
        stub.add_response("describe_instances", answer, {"InstanceIds": ["i-0123456789abcdef0"]})
        assert client.describe_instances(InstanceIds=["i-0123456789abcdef0"]) == answer

    assert [path.name for path in (tmp_path / "ec2").iterdir()] == ["2016-11-15"]
    assert not hasattr(client, "run_instances")


def test_every_operation_that_an_adapter_names_is_kept(all_operations: set[str]) -> None:
    called = {xform_name(name): name for name in all_operations}
    words = {
        word
        for path in (ADAPTERS / "aws").glob("*.py")
        for word in re.findall(r"""(?:\.|")([a-z_]+)(?:\(|")""", path.read_text())
    }

    assert {called[word] for word in words & called.keys()} == EC2_OPERATIONS


def test_every_action_that_a_role_may_do_is_kept(all_operations: set[str]) -> None:
    source = "".join(
        path.read_text()
        for folder in ("infra/permissions", "infra/constructs")
        for path in (ROOT / folder).glob("*.py")
    )
    named = set(re.findall(r'"ec2:(\w+)"', source))
    named |= {
        f"Describe{kind}"
        for kinds in re.findall(r"describe\(([^)]*)\)", source)
        for kind in re.findall(r'"(\w+)"', kinds)
    }

    assert named & all_operations <= EC2_OPERATIONS
