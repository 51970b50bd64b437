"""A key answers other accounts that its policy lets in.

AWS: an ARN names a key of any account in the Region; another account needs the key's policy and its own IAM
policies (KMS developer guide, "Allowing users in other accounts to use a KMS key").
ministack: only the account's own keys are found.
"""

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import kms

from sandbox.aws.private import require
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

NO_ACCESS = "AccessDeniedException"


def install(_world: World) -> None:
    """Find keys, and their policies, by the account and Region of their ARN."""
    require(kms, "_resolve_key", "key_policy_for_arn", "_describe_key", "error_response_json")
    require(kms, "get_account_id", "get_region")
    require(iam_evaluator, "EvalContext", "caller_arn", "evaluate_resource_policy")
    resolve, describe = kms._resolve_key, kms._describe_key

    def key_policy_for_arn(arn: str) -> tuple[str, str] | None:
        parts = arn.split(":")
        if len(parts) < 6:
            return None
        with request_scope(parts[4], parts[3]):
            key = resolve(arn)
        return (key.get("Policy") or "", parts[4]) if key else None

    def describe_key(data: dict[str, Any]) -> Any:
        place = elsewhere(data.get("KeyId", ""))
        if place is None:
            return describe(data)
        policy = (kms.key_policy_for_arn(data["KeyId"]) or (None,))[0]
        if not _lets_caller_in(policy, data["KeyId"]):
            return kms.error_response_json(NO_ACCESS, f"The key {data['KeyId']} is not accessible.", 400)
        with request_scope(*place):
            return describe(data)

    kms.key_policy_for_arn = key_policy_for_arn
    kms._describe_key = describe_key


def elsewhere(reference: str) -> tuple[str, str] | None:
    """The account and Region of a key of another account in the caller's Region, or None."""
    parts = reference.split(":")
    if len(parts) < 6 or parts[3] != kms.get_region() or parts[4] == kms.get_account_id():
        return None
    return parts[4], parts[3]


def _lets_caller_in(policy: Any, arn: str) -> bool:
    context = iam_evaluator.EvalContext(
        principal_arn=iam_evaluator.caller_arn(),
        principal_type="AssumedRole",
        principal_account=kms.get_account_id(),
        action="kms:DescribeKey",
        resource_arn=arn,
        region=kms.get_region(),
    )
    return bool(iam_evaluator.evaluate_resource_policy(policy, context).decision == "Allow")
