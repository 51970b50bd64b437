"""10,000 objects of a namespace are saved in less than 256 MiB of memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MIB = 2**20

PROGRAM = """
import hashlib, json
from pathlib import Path
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

from snapkeep.adapters.aws.s3_objects import S3Objects
from snapkeep.adapters.kubernetes.client import KubernetesClient
from snapkeep.adapters.kubernetes.objects import KubernetesObjects
from snapkeep.domain.objects.kinds import Chosen, Kind
from snapkeep.domain.objects.manifests import Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.services.objects.save_namespace import SaveNamespace

OBJECTS, LARGE = 9_000, 1_000
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def noise(number, size):
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return (digest * (size // 64 + 1))[:size]


def deployment(number):
    env = [{"name": f"V{each}", "value": noise(number * 50 + each, 60)} for each in range(40)]
    spec = {"template": {"spec": {"containers": [{"name": "a", "env": env}]}}}
    fields = {"f:spec": {f"f:{each}": {} for each in range(150)}}
    meta = {"name": f"d-{number:05}", "uid": f"d-{number}", "managedFields": [{"fieldsV1": fields}]}
    return {"metadata": meta, "spec": spec, "status": {"replicas": 1}}


def config_map(number):
    meta = {"name": f"c-{number:05}", "uid": f"c-{number}"}
    return {"metadata": meta, "data": {"a": noise(number, 100_000)}}


class Answer:
    status, headers = 200, {}

    def __init__(self, document):
        self.text = json.dumps(document).encode()

    def read(self):
        return self.text


class Api:
    def call_api(self, method, url, headers, body, _request_timeout=None):
        place = urlsplit(url)
        query = {key: value[0] for key, value in parse_qs(place.query).items()}
        if "limit" not in query:
            return Answer({"metadata": {"name": "shop", "uid": "ns"}})
        make, total = (config_map, LARGE) if "configmaps" in place.path else (deployment, OBJECTS)
        first = int(query.get("continue", 0))
        last = min(total, first + int(query["limit"]))
        items = [make(number) for number in range(first, last)]
        return Answer({"metadata": {"continue": str(last) if last < total else ""}, "items": items})


class Tokens:
    def token(self):
        return "t"

    def drop(self):
        pass


class Bucket:
    def get_object(self, **_):
        from botocore.exceptions import ClientError
        raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")

    def put_object(self, Body, **_):
        while not isinstance(Body, bytes) and Body.read(2**20):
            pass
        return {"VersionId": "v1"}


class Records:
    def write_saved(self, saved):
        self.saved = saved


records = Records()
cluster = KubernetesObjects(KubernetesClient("myeks", "https://x", Api(), Tokens()))
kinds = (Kind("", "v1", "configmaps", "ConfigMap"), Kind("apps", "v1", "deployments", "Deployment"))
subject = Subject("myeks", "nightly", "r", NOW, "shop", ObjectScope.NAMESPACE)
policy = SimpleNamespace(lock=None, secrets_key="")
SaveNamespace(S3Objects(Bucket(), "b", lambda: NOW), None, records, lambda: NOW).run(
    cluster, Chosen(kinds, {}), subject, (), policy
)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
peak = int(status["VmHWM"].split()[0]) * 1024  # getrusage would also count the process that started this one
print(json.dumps({"objects": records.saved.objects, "text": records.saved.archive.text_bytes, "peak": peak}))
"""


def test_ten_thousand_objects_are_saved_within_256_mib() -> None:
    path = [str(ROOT / "layers/common/python"), *sys.path]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(path)},
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["objects"] == 10_001
    assert found["text"] > 100 * MIB, "the objects are of a size that counts"
    assert found["peak"] < 256 * MIB, f"{found['peak'] / MIB:.0f} MiB"
