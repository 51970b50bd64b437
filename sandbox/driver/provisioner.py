"""The external-provisioner and the EBS driver behind it: a claim gets an EC2 volume and a PersistentVolume.

https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sandbox.driver.claim_binding import VOLUMES, claim_reference
from sandbox.driver.cluster import Cluster, annotations_of, labels_of
from sandbox.driver.ec2 import DRIVER, Ec2, Ec2Error, VolumeRequest
from sandbox.driver.profiles import IN_TREE, PROFILES, Profile
from sandbox.driver.snapshot_cutting import CsiError
from sandbox.driver.snapshot_words import Object, quoted
from sandbox.driver.switches import Faults
from sandbox.driver.tag_templates import tags_of
from sandbox.driver.volume_source import SourceError, snapshot_handle
from sandbox.driver.worker import key_of
from sandbox.kubernetes.quantity import to_bytes, to_gib
from sandbox.kubernetes.store import AlreadyExists

COMPONENT = f"{DRIVER}_ebs-csi-controller"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
ZONE = "topology.kubernetes.io/zone"
MINIMUM_GIB = {"io1": 4, "io2": 4, "st1": 125, "sc1": 125}
"""https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"""


@dataclass(frozen=True, slots=True)
class _Made:
    """The volume that EC2 created."""

    name: str
    volume_id: str
    zone: str
    size_gib: int
    fs_type: str


class Provisioner:
    """Creates EC2 volumes and PersistentVolumes for claims."""

    def __init__(self, cluster: Cluster, ec2: Ec2, faults: Faults, cluster_name: str, region: str) -> None:
        self._cluster = cluster
        self._ec2 = ec2
        self._faults = faults
        self._cluster_name = cluster_name
        self._region = region

    def provision(self, claim: Object, storage_class: Object) -> bool:
        """Create the volume; False, with an event that says why, if that failed and may be retried."""
        path = "/".join(key_of(claim))
        text = f'External provisioner is provisioning volume for claim "{path}"'
        self._cluster.normal(claim, COMPONENT, "Provisioning", text)
        try:
            name = self._make(claim, storage_class)
        except (SourceError, CsiError) as error:
            class_name = quoted(storage_class["metadata"]["name"])
            text = f"failed to provision volume with StorageClass {class_name}: {error}"
            self._cluster.warning(claim, COMPONENT, "ProvisioningFailed", text)
            return False
        text = f"Successfully provisioned volume {name}"
        self._cluster.normal(claim, COMPONENT, "ProvisioningSucceeded", text)
        return True

    def _make(self, claim: Object, storage_class: Object) -> str:
        parameters = {key.lower(): value for key, value in (storage_class.get("parameters") or {}).items()}
        request = self._request(claim, storage_class, parameters)
        name = f"pvc-{claim['metadata']['uid']}"
        try:
            volume_id = self._create_volume(request, _profile(storage_class))
        except Ec2Error as error:
            raise CsiError("Internal", f"Could not create volume {quoted(name)}: {error}") from error
        fs_type = parameters.get("csi.storage.k8s.io/fstype") or parameters.get("fstype") or "ext4"
        made = _Made(name, volume_id, request.zone, request.size_gib, fs_type)
        try:
            self._cluster.store.create(VOLUMES, None, _volume(claim, storage_class, made))
        except AlreadyExists:
            self._ec2.delete_volume(volume_id)
        return name

    def _create_volume(self, request: VolumeRequest, profile: Profile) -> str:
        source = request.snapshot_id
        if source:
            snapshot = self._ec2.snapshots([source]).get(source)
            self._faults.check_restore(snapshot, profile, self._cluster_name)
        return self._ec2.create_volume(request)

    def _request(self, claim: Object, storage_class: Object, parameters: Mapping[str, str]) -> VolumeRequest:
        name = f"pvc-{claim['metadata']['uid']}"
        kind = parameters.get("type", "gp3")
        wanted = to_gib(to_bytes(claim["spec"]["resources"]["requests"]["storage"]))
        return VolumeRequest(
            zone=self._zone(claim),
            size_gib=max(wanted, MINIMUM_GIB.get(kind, 1)),
            type=kind,
            encrypted=parameters.get("encrypted", "false") == "true",
            snapshot_id=snapshot_handle(self._cluster, claim, _profile(storage_class).name),
            tags=self._tags(claim, storage_class, name),
            token=sha256(name.encode()).hexdigest(),
            options=_options(parameters),
        )

    def _zone(self, claim: Object) -> str:
        """The zone of the node the scheduler chose; else any zone with nodes, spread by the claim's name."""
        chosen = annotations_of(claim).get(SELECTED_NODE)
        node = self._cluster.find("nodes", None, chosen) if chosen else None
        if node is not None and ZONE in labels_of(node):
            return labels_of(node)[ZONE]
        zones = sorted({labels_of(each).get(ZONE, "") for each in self._cluster.peek("nodes")} - {""})
        zones = zones or [f"{self._region}a"]
        return zones[int(sha256("/".join(key_of(claim)).encode()).hexdigest(), 16) % len(zones)]

    def _tags(self, claim: Object, storage_class: Object, name: str) -> dict[str, str]:
        namespace, claim_name = key_of(claim)
        fields = {"PVCNamespace": namespace, "PVCName": claim_name, "PVName": name}
        return {
            "CSIVolumeName": name,
            "kubernetes.io/created-for/pvc/namespace": namespace,
            "kubernetes.io/created-for/pvc/name": claim_name,
            "kubernetes.io/created-for/pv/name": name,
            **_profile(storage_class).tags(self._cluster_name, name),
            **tags_of(storage_class.get("parameters") or {}, fields),
        }


def _options(parameters: Mapping[str, str]) -> dict[str, int | str]:
    options: dict[str, int | str] = {}
    for key, argument in (("iops", "Iops"), ("throughput", "Throughput")):
        if key in parameters:
            options[argument] = int(parameters[key])
    if "kmskeyid" in parameters:
        options["KmsKeyId"] = parameters["kmskeyid"]
    return options


def _volume(claim: Object, storage_class: Object, made: _Made) -> Object:
    migrated = storage_class["provisioner"] == IN_TREE
    policy = storage_class.get("reclaimPolicy", "Delete")
    marks = {
        "pv.kubernetes.io/provisioned-by": storage_class["provisioner"],
        "volume.kubernetes.io/provisioner-deletion-secret-name": "",
        "volume.kubernetes.io/provisioner-deletion-secret-namespace": "",
    }
    if migrated:
        marks["pv.kubernetes.io/migrated-to"] = DRIVER
    finalizers = ["external-provisioner.volume.kubernetes.io/finalizer"] if policy == "Delete" else []
    return {
        "metadata": {"name": made.name, "annotations": marks, "finalizers": finalizers},
        "spec": {
            "accessModes": list(claim["spec"]["accessModes"]),
            "capacity": {"storage": f"{made.size_gib}Gi"},
            "claimRef": claim_reference(claim),
            "nodeAffinity": _in_zone(made.zone),
            "persistentVolumeReclaimPolicy": policy,
            "storageClassName": storage_class["metadata"]["name"],
            "volumeMode": claim["spec"].get("volumeMode", "Filesystem"),
            **_source(made, storage_class),
        },
        "status": {"phase": "Bound"},
    }


def _profile(storage_class: Object) -> Profile:
    return PROFILES[storage_class["provisioner"]]


def _source(made: _Made, storage_class: Object) -> Object:
    driver = storage_class["provisioner"]
    if driver == IN_TREE:
        return {"awsElasticBlockStore": {"fsType": made.fs_type, "volumeID": made.volume_id}}
    identity = {"storage.kubernetes.io/csiProvisionerIdentity": f"sandbox-{driver}"}
    return {
        "csi": {
            "driver": driver,
            "fsType": made.fs_type,
            "volumeAttributes": identity,
            "volumeHandle": made.volume_id,
        }
    }


def _in_zone(zone: str) -> Object:
    expression = {"key": ZONE, "operator": "In", "values": [zone]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}
