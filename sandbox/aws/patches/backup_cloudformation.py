"""CloudFormation gives a backup vault its access policy, and makes none over one that exists.

AWS: AccessPolicy is put on the vault and taken off; a vault of that name, such as one that an earlier stack
retained, fails the create (CloudFormation template reference, AWS::Backup::BackupVault).
ministack: drops AccessPolicy, and takes over a vault that exists.
"""

import json
from typing import Any

from ministack.services import backup
from ministack.services.cloudformation import provisioners

from sandbox.aws.backup import vaults
from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World

Props = dict[str, Any]
Made = tuple[str, dict[str, Any]]
VAULT = "AWS::Backup::BackupVault"


def install(_world: World) -> None:
    """Wrap the type's create and update."""
    require(backup, "_vaults")
    handlers = provisioners._RESOURCE_HANDLERS
    require_keys(handlers, "provisioners._RESOURCE_HANDLERS", VAULT)
    create, update = handlers[VAULT]["create"], handlers[VAULT]["update"]

    def created(logical_id: str, props: Props, stack: str) -> Made:
        if props.get("BackupVaultName") in backup._vaults:
            raise ValueError(f"Backup vault with the same name already exists: {props['BackupVaultName']}")
        made: Made = create(logical_id, props, stack)
        _put_policy(made[0], props)
        return made

    def updated(physical_id: str, old: Props, new: Props, stack: str, *logical_id: str) -> Made:
        made: Made = update(physical_id, old, new, stack, *logical_id)
        _put_policy(made[0], new)
        return made

    handlers[VAULT]["create"], handlers[VAULT]["update"] = created, updated


def _put_policy(name: str, props: Props) -> None:
    vault = vaults.named(name)
    if props.get("AccessPolicy"):
        vault[vaults.POLICY] = json.dumps(props["AccessPolicy"])
    else:
        vault.pop(vaults.POLICY, None)
