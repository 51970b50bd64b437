"""How a volume shows that it serves Kubernetes: one table, read by `infra` and by `snapkeep doctor`.

`infra` lets take_snapshots reach such volumes and no other volume of the account; the doctor names the
claims whose volumes show nothing of the kind.
"""

from __future__ import annotations

from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE, EBS_CSI

KUBERNETES_VOLUMES: tuple[tuple[str, str, str], ...] = (
    ("DriverVolumes", EBS_CSI.mark, "true"),
    ("AutoModeVolumes", AUTO_MODE.mark, "true"),
    ("AutoModeClusters", AUTO_MODE.cluster_key, "*"),
    ("NamedVolumes", "CSIVolumeName", "*"),
    ("InTreeVolumes", "kubernetes.io/created-for/pvc/name", "*"),
    ("AdoptedVolumes", tags.MANAGED, "true"),
)
"""How a volume shows that it serves Kubernetes (sid, tag key, value). The open driver
writes the first (since its 1.0), that of EKS Auto Mode the next two (so must whoever moves a volume there by
hand), both write `CSIVolumeName`, and Kubernetes' in-tree plugin the next; a volume that a person made and
named in a static PersistentVolume carries none, and gets the last from that person. Any other volume of the
account is out of reach of take_snapshots.
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
"""
