"""The tags that show a volume serves Kubernetes: one table, read by `infra` and by `snapkeep doctor`.

`infra` lets take_snapshots reach only such volumes of the account; the doctor names claims whose volumes
have none of these tags.
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
"""The tags that show a volume serves Kubernetes (sid, tag key, value). The open-source driver writes the
first (since its 1.0), the EKS Auto Mode driver the next two (anyone who moves a volume there must write them,
too), both write `CSIVolumeName`, and Kubernetes' in-tree plugin the next. A volume that a person created for
a static PersistentVolume has none; that person must add the last. take_snapshots cannot reach any other
volume of the account.
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
"""
