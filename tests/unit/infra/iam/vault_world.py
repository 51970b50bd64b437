"""A vault's account: the things that the rows of `vault_table.yaml` are about, and who is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.requests import WANTED
from snapkeep_cli.config.role_names import role_arn, starter
from tests.unit.infra.conftest import PROD, TEST, VAULT_KEY
from tests.unit.infra.iam.attackers import FULL, GUARDED, Principal
from tests.unit.infra.iam.concrete import REGION, Concrete
from tests.unit.infra.iam.things import COPY, Thing, functions_of, queue_of, rule_with

VAULT_ACCOUNT = "222233334444"
GUARD = ("protect-vault",)
SNAPSHOT = f"arn:aws:ec2:{REGION}::snapshot"
COPIED = COPY | {copy_tags.PLACE: PROD.name, copy_tags.COPY_FROM: str(PROD.home)}
OPENED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{VAULT_ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
"""The policy of a key that leaves it to the IAM of the vault's account."""

OUTSIDE: Mapping[str, Thing] = {
    "everything": Thing("*"),
    "new copy": Thing(f"{SNAPSHOT}/*"),
    "what prod shares": Thing(f"{SNAPSHOT}/snap-2a"),
    "what test shares": Thing("arn:aws:ec2:eu-west-1::snapshot/snap-2b"),
    "what a stranger shares": Thing(f"{SNAPSHOT}/snap-2c"),
    "copy of prod": Thing(f"{SNAPSHOT}/snap-2d", COPIED),
    "copy of test": Thing(
        f"{SNAPSHOT}/snap-2e",
        COPIED
        | {
            copy_tags.PLACE: TEST.name,
            copy_tags.COPY_FROM: str(TEST.home),
            tags.DEPLOYMENT: TEST.deployment,
        },
    ),
    "held copy": Thing(f"{SNAPSHOT}/snap-2f", COPIED | {tags.HOLD: "loan"}),
    "copy of a source that left": Thing(f"{SNAPSHOT}/snap-2g", COPIED | {copy_tags.PLACE: "former"}),
    "another snapshot": Thing(f"{SNAPSHOT}/snap-2h", {"owner": "somebody"}),
    "key of the vault": Thing(VAULT_KEY, policy=OPENED),
    "key of prod": Thing(f"arn:aws:kms:{REGION}:{PROD.account}:key/0a", policy=OPENED),
    "another key": Thing(f"arn:aws:kms:{REGION}:{VAULT_ACCOUNT}:key/0b", policy=OPENED),
    "bus of prod": Thing(f"arn:aws:events:{REGION}:{PROD.account}:event-bus/snapkeep-answers"),
    "bus of test": Thing(f"arn:aws:events:eu-west-1:{TEST.account}:event-bus/green-answers"),
    "bus of a stranger": Thing(f"arn:aws:events:{REGION}:999988887777:event-bus/snapkeep-answers"),
    "our event bus": Thing(f"arn:aws:events:{REGION}:{VAULT_ACCOUNT}:event-bus/default"),
    "another table": Thing(f"arn:aws:dynamodb:{REGION}:{VAULT_ACCOUNT}:table/orders"),
    "another function": Thing(f"arn:aws:lambda:{REGION}:{VAULT_ACCOUNT}:function:orders"),
    "a rule of another account": Thing(f"arn:aws:events:{REGION}:999988887777:rule/x"),
    "a role": Thing(f"arn:aws:iam::{VAULT_ACCOUNT}:role/admin"),
}
"""What is not in the template."""


def vault_things(concrete: Concrete) -> dict[str, Thing]:
    """All things that are the same for every role."""
    template = concrete.template
    (table,) = template.resources("DynamoDB::Table")
    (bucket,) = template.resources("S3::Bucket")
    failed = template.schedule("pull-copies")["Target"]["DeadLetterConfig"]["Arn"]
    return {
        **OUTSIDE,
        "journal": Thing(concrete.arn(table)),
        "an index of the journal": Thing(f"{concrete.arn(table)}/index/open"),
        "queue of pull_copies": queue_of(concrete, template.source_of("pull_copies")[0]["EventSourceArn"]),
        "queue of schedules that failed": queue_of(concrete, failed),
        "bus of the vault": Thing(
            f"arn:aws:events:{REGION}:{VAULT_ACCOUNT}:event-bus/snapkeep-vault", policy=_bus_policy(concrete)
        ),
        "bucket of reports": Thing(concrete.arn(bucket)),
        "a report": Thing(f"{concrete.arn(bucket)}/vault.html"),
        "rule of requests": rule_with(concrete, WANTED),
        "rule of copies": rule_with(concrete, "copySnapshot"),
        **functions_of(concrete),
    }


def vault_principals(roles: Mapping[str, dict[str, Any]]) -> dict[str, Principal]:
    """Everybody in the table by name, given the policies of the vault's roles."""
    admin = Principal(f"arn:aws:iam::{VAULT_ACCOUNT}:role/admin", (FULL,))
    ours = {name: Principal(_arn_of(name), (policy,)) for name, policy in roles.items()}
    return {
        f"administrator{GUARDED}": replace(admin, guards=GUARD),
        "admin of the source": Principal(f"arn:aws:iam::{PROD.account}:role/admin", (FULL,)),
        "admin of a stranger": Principal("arn:aws:iam::999988887777:role/admin", (FULL,)),
        "break-glass" + GUARDED: Principal(
            f"arn:aws:iam::{VAULT_ACCOUNT}:role/break-glass", (FULL,), guards=GUARD
        ),
        **ours,
        **{f"{name}{GUARDED}": replace(each, guards=GUARD) for name, each in ours.items()},
    }


def _arn_of(name: str) -> str:
    function = name.removeprefix("start ")
    role = function if function == name else starter(function)
    return role_arn("aws", VAULT_ACCOUNT, "snapkeep", REGION, role)


def _bus_policy(concrete: Concrete) -> dict[str, Any]:
    (policy,) = concrete.template.resources("Events::EventBusPolicy").values()
    statement = json.loads(json.dumps(concrete.value(policy["Statement"])))
    return {"Version": "2012-10-17", "Statement": [statement]}
