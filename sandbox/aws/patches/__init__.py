"""What ministack lacks, one idea per module; each first checks the private names it touches."""

from sandbox.aws.patches import (
    api_faults,
    cloudformation,
    ec2_copy_snapshot,
    ec2_delete_tags,
    ec2_describe_snapshots,
    ec2_dry_run,
    ec2_encryption,
    ec2_instances,
    ec2_restore,
    ec2_snapshot_lock,
    ec2_snapshot_sharing,
    ec2_snapshot_tiers,
    ec2_snapshots,
    eks_cluster,
    event_bus_cloudformation,
    event_buses,
    event_targets,
    iam_condition_keys,
    iam_ec2,
    iam_literals,
    iam_policies,
    iam_sqs,
    kms_accounts,
    kms_grants,
    lambda_async,
    lambda_isolation,
    lambda_places,
    request_time,
    rest_api,
    rest_api_cloudformation,
    rest_api_openapi,
    s3_dates,
    s3_transport,
    scheduler,
)
from sandbox.aws.private import check_version
from sandbox.aws.world import World

PATCHES = (
    ec2_snapshots,
    ec2_copy_snapshot,
    ec2_describe_snapshots,
    ec2_delete_tags,
    ec2_encryption,
    ec2_restore,
    ec2_snapshot_lock,
    ec2_snapshot_tiers,
    ec2_snapshot_sharing,
    ec2_instances,
    ec2_dry_run,
    lambda_isolation,
    lambda_places,
    lambda_async,
    event_targets,
    event_buses,
    scheduler,
    eks_cluster,
    cloudformation,
    event_bus_cloudformation,
    iam_ec2,
    iam_condition_keys,
    iam_literals,
    iam_policies,
    iam_sqs,
    kms_accounts,
    kms_grants,
    s3_transport,
    s3_dates,
    request_time,
    rest_api,
    rest_api_cloudformation,
    rest_api_openapi,
    api_faults,
)


def install_all(world: World) -> None:
    """Install every patch. PatchRefused if the installed ministack is not the one they were written for."""
    check_version()
    for patch in PATCHES:
        patch.install(world)
