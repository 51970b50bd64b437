"""How a volume shows that it serves Kubernetes: one table, read by `infra` and by `snapkeep doctor`.

`infra` lets take_snapshots reach such volumes and no other volume of the account; the doctor names the
claims whose volumes show nothing of the kind.
"""

from __future__ import annotations

from snapkeep.domain import tags

KUBERNETES_VOLUMES: tuple[tuple[str, str, str], ...] = (
    ("DriverVolumes", "ebs.csi.aws.com/cluster", "true"),
    ("NamedVolumes", "CSIVolumeName", "*"),
    ("InTreeVolumes", "kubernetes.io/created-for/pvc/name", "*"),
    ("AdoptedVolumes", tags.MANAGED, "true"),
)
"""How a volume shows that it serves Kubernetes (sid, tag key, value). The driver writes the first two
(the first since its 1.0), Kubernetes' in-tree plugin the third; a volume that a person made and named
in a static PersistentVolume carries none, and gets the last from that person. Any other volume of the
account is out of reach of take_snapshots.
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
"""
