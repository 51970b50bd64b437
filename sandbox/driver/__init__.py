"""The controllers that run around the API server of an EKS cluster with the EBS CSI driver.

They use the store of `sandbox.kubernetes` and an EC2 API, and reproduce the sequences and texts of
external-snapshotter, external-provisioner, external-attacher, external-resizer and aws-ebs-csi-driver.
"""

from sandbox.driver.run import Driver, start

__all__ = ["Driver", "start"]
