"""A key with an ARN that was chosen beforehand is a key like any other."""

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .regions import HOME, OSAKA

ARN = f"arn:aws:kms:{OSAKA}:111122223333:key/0a0a0a0a-0000-4000-8000-000000000001"


def test_it_is_found_in_its_own_region_and_account_only(sandbox: Sandbox, control: AwsControl) -> None:
    control.make_key(ARN)

    found = sandbox.client("kms", OSAKA).describe_key(KeyId=ARN)["KeyMetadata"]
    listed = [
        each["KeyArn"]
        for region in (HOME, OSAKA)
        for each in sandbox.client("kms", region).list_keys()["Keys"]
    ]
    assert (found["Arn"], found["KeyState"]) == (ARN, "Enabled")
    assert listed.count(ARN) == 1
    assert not [arn for arn in listed if arn.endswith("0001") and OSAKA not in arn]
