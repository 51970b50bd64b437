"""What runs around the API server of an EKS cluster with the EBS CSI driver: the controllers the lab needs.

They work on the store of `sandbox.kubernetes` and on an EC2 API, and reproduce the sequences and texts of
external-snapshotter, external-provisioner, external-attacher, external-resizer and aws-ebs-csi-driver.
"""

from sandbox.driver.run import Driver, start

__all__ = ["Driver", "start"]
