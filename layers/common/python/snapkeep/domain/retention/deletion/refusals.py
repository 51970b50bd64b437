"""Permanent refusals by the EBS CSI driver, read from the error text in a VolumeSnapshot's status.

The sidecar quotes the driver's gRPC error: `rpc error: code = InvalidArgument desc = …`. InvalidArgument says
that the class or the request is wrong, so a retry cannot help. Throttling and other EC2 errors arrive as
Internal, ResourceExhausted and the like, and the sidecar retries those by itself.
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/pkg/driver/controller.go
https://github.com/container-storage-interface/spec/blob/master/spec.md#createsnapshot-errors
"""

from __future__ import annotations

import re

_GRPC = re.compile(r"rpc error: code = (\w+) desc = (.*)", re.DOTALL)
PERMANENT = "InvalidArgument"


def permanent_refusal(error: str) -> str:
    """The driver's own words when it refused permanently; "" for any other code, or text without one."""
    found = _GRPC.search(error)
    if found is None or found[1] != PERMANENT:
        return ""
    return found[2].strip().removesuffix('"').replace('\\"', '"')
