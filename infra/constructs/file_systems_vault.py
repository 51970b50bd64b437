"""Where AWS Backup keeps the recovery points of file systems, and the role in which it works."""

from __future__ import annotations

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.permissions.file_systems import AWS_BACKUP
from infra.platform import Platform
from snapkeep.domain.naming import efs_vault
from snapkeep_cli.config.role_names import role_arn, role_name, role_path

PRUNES = "prune_file_systems"
"""The only function that may delete recovery points."""

KEPT_FROM_OTHERS = (
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
)
"""What makes recovery points go. AWS denies most of them in EFS's own vault, too.
https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
"""

MANAGED = ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores")
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html"""


class FileSystemsVault(Construct):
    """The vault (`name`, `arn`), which stays when the stack goes, and the role (`role`) of its jobs.

    The role has a fixed name, as all of a deployment have, and so has the vault: CloudFormation requires one.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform) -> None:
        super().__init__(scope, id)
        stack, key = Stack.of(self), platform.options.kms_key
        self.name = efs_vault(platform.prefix)
        pruner = role_arn(stack.partition, stack.account, platform.prefix, stack.region, PRUNES)
        backup.BackupVault(
            self,
            "Vault",
            backup_vault_name=self.name,
            encryption_key=kms.Key.from_key_arn(self, "Key", key) if key else None,
            access_policy=iam.PolicyDocument(statements=[_only(pruner)]),
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.role = iam.Role(
            self,
            "Role",
            path=role_path(platform.prefix),
            role_name=role_name(platform.prefix, stack.region, "aws_backup"),
            description="Lets AWS Backup back up EFS file systems, and restore them",
            assumed_by=iam.ServicePrincipal(AWS_BACKUP),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(f"service-role/{name}") for name in MANAGED
            ],
        )

    @property
    def arn(self) -> str:
        """The vault's ARN."""
        return Stack.of(self).format_arn(
            service="backup",
            resource="backup-vault",
            resource_name=self.name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _only(pruner: str) -> iam.PolicyStatement:
    """Keep everybody but one role from what makes recovery points go."""
    return iam.PolicyStatement(
        sid="OnlyPrune",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(KEPT_FROM_OTHERS),
        resources=["*"],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": pruner}},
    )
