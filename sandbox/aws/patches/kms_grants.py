"""A grant opens a key to its grantee, and policies decide who may be granted what.

AWS: grants are considered along with the key's policy, and a grantee may be an account, whose own IAM
policies then decide as well; CreateGrant has the condition keys kms:GranteePrincipal, kms:GrantOperations and
kms:RetiringPrincipal; a grantee that is no principal is an InvalidArnException (KMS developer guide, "Grants
in AWS KMS", "Controlling access to grants"; API CreateGrant). A grantee of CreateGrant may grant others what
it may do itself, under its own account as the issuer, and what it granted outlasts its own grant.
ministack: grants are stored and listed, but open nothing, and their condition keys are unknown; other
accounts make none.

Stricter than AWS: a role of another account that is itself the grantee needs an IAM policy here.
"""

import json
import re
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import kms

from sandbox.aws.patches.kms_accounts import NO_ACCESS, elsewhere
from sandbox.aws.private import require
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

KEYS = {
    "kms:GranteePrincipal": "GranteePrincipal",
    "kms:GrantOperations": "Operations",
    "kms:RetiringPrincipal": "RetiringPrincipal",
}
"""Condition key of CreateGrant to the member of the request."""
PRINCIPAL = re.compile(
    r"arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role|federated-user)/.+)"
)

_keys: ContextVar[dict[str, Any]] = ContextVar("grant_keys")


def install(_world: World) -> None:
    """Count a key's grants as statements of its policy, and decide CreateGrant by what it grants."""
    require(kms, "_grants", "_create_grant", "key_policy_for_arn", "error_response_json")
    require(iam_actions, "extract_resource_arn")
    require(iam_evaluator, "enforce")
    policy_of, create = kms.key_policy_for_arn, kms._create_grant
    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def key_policy_for_arn(arn: str) -> tuple[str, str] | None:
        found = policy_of(arn)
        return (_with_grants(found[0], arn), found[1]) if found else None

    def create_grant(data: dict[str, Any]) -> Any:
        grantee = data.get("GranteePrincipal") or ""
        if grantee and not PRINCIPAL.fullmatch(grantee):
            text = f"ARN does not refer to a valid principal: {grantee}"
            return kms.error_response_json("InvalidArnException", text, 400)
        place = elsewhere(data.get("KeyId") or "")
        return _create_elsewhere(create, data, *place) if place else create(data)

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, *place: Any
    ) -> Any:
        _keys.set(_asked(headers, body) if service == "kms" else {})
        return extract(service, method, path, headers, body, params, *place)

    def enforce_with_keys(key: str, action: str, service: str, region: str, **context: Any) -> Any:
        if service == "kms":
            context["service_context"] = {**(context.get("service_context") or {}), **_keys.get({})}
        return enforce(key, action, service, region, **context)

    kms.key_policy_for_arn = key_policy_for_arn
    kms._create_grant = create_grant
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_with_keys


def _create_elsewhere(create: Any, data: dict[str, Any], account: str, region: str) -> Any:
    """CreateGrant on a key of another account, by somebody whose account has a grant that allows it."""
    caller = f"arn:aws:iam::{kms.get_account_id()}:root"
    with request_scope(account, region):
        known = dict(kms._grants.items())
        allowed = [
            set(each["Operations"])
            for each in known.values()
            if (each["KeyId"], each["GranteePrincipal"]) == (data["KeyId"], caller)
            and "CreateGrant" in each["Operations"]
        ]
        if not any(set(data.get("Operations") or ()) <= each for each in allowed):
            return kms.error_response_json(NO_ACCESS, f"{caller} may not grant this on the key", 400)
        answer = create(data)
        for made in set(kms._grants) - set(known):
            kms._grants[made]["IssuingAccount"] = caller
        return answer


def _with_grants(policy: str, arn: str) -> str:
    """The policy of a key with a statement for each of its grants."""
    region, account = arn.split(":")[3:5]
    with request_scope(account, region):
        grants = [each for each in kms._grants.values() if each["KeyId"] == arn]
    if not grants:
        return policy
    document = json.loads(policy or "{}")
    statements = document.get("Statement") or []
    own = statements if isinstance(statements, list) else [statements]
    return json.dumps({**document, "Statement": [*own, *map(_statement, grants)]})


def _statement(grant: dict[str, Any]) -> dict[str, Any]:
    actions = [f"kms:{each}" for each in grant["Operations"]]
    return {
        "Effect": "Allow",
        "Principal": {"AWS": grant["GranteePrincipal"]},
        "Action": actions,
        "Resource": "*",
    }


def _asked(headers: Any, body: bytes) -> dict[str, Any]:
    """The condition keys of a CreateGrant request; what is not asked is absent."""
    target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    if not target.endswith(".CreateGrant"):
        return {}
    asked = json.loads(body or b"{}")
    return {key: asked[member] for key, member in KEYS.items() if member in asked}
