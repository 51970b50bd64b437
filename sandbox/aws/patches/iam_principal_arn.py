"""Policies see an assumed role by the ARN of the role.

AWS: for a role session `aws:PrincipalArn` is the ARN of the role, with its path, not that of the session (IAM
user guide, "AWS global condition context keys", aws:PrincipalArn).
ministack: it is the ARN of the session, which no policy can name in advance.
"""

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from sandbox.aws.private import require
from sandbox.aws.world import World

SESSION = ":assumed-role/"


def install(_world: World) -> None:
    """Answer the key with the role's ARN."""
    require(iam_evaluator, "_resolve_condition_key")
    require(iam, "_roles")
    resolve = iam_evaluator._resolve_condition_key

    def resolve_condition_key(key: str, context: Any) -> Any:
        principal = context.principal_arn or ""
        if key.lower() != "aws:principalarn" or SESSION not in principal:
            return resolve(key, context)
        account, name = principal.split(":")[4], principal.split("/")[1]
        role = iam._roles.get_scoped(account, None, name)
        return role["Arn"] if role else principal

    iam_evaluator._resolve_condition_key = resolve_condition_key
