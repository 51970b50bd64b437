"""The home Region is lost with its cluster, functions, snapshots and journal: WordPress is back in Osaka."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.launch import Sandbox
from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.drivers import EBS_CSI
from tests.integration.deployed import CLUSTER, Deployed, config_of, deployed, until
from tests.integration.flows.command import snapkeep
from tests.integration.spare import OSAKA, SPARE, deploy_to, made_from, start_spare, used

pytestmark = pytest.mark.slow

HOME = "ap-northeast-2"
POLICY = "wordpress"
CLAIMS = ("mysql-pv-claim", "wp-pv-claim")
CLASS = "fast-in-osaka"
RESTORING = {tags.HOLD, EBS_CSI.mark, EBS_CSI.cluster_key}


def config(sandbox: Sandbox) -> dict[str, Any]:
    key = sandbox.client("kms", OSAKA).create_key()["KeyMetadata"]["Arn"]
    policy = {"name": POLICY, "method": "ebs", "copies": [{"to": "osaka", "retention": {"last": 3}}]}
    return config_of(policy, places={"osaka": {"region": OSAKA, "kms_key": key}})


def copies(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """The copies in Osaka by claim, with their tags by key."""
    found = sandbox.client("ec2", OSAKA).describe_snapshots(OwnerIds=["self"])["Snapshots"]
    tagged = [{**each, "Tags": {tag["Key"]: tag["Value"] for tag in each.get("Tags", [])}} for each in found]
    return {each["Tags"][tags.CLAIM]: each for each in tagged if copy_tags.is_copy(each["Tags"])}


def all_ready(sandbox: Sandbox) -> bool:
    found = copies(sandbox)
    return set(found) == set(CLAIMS) and all(each["State"] == "completed" for each in found.values())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Deployed]:
    """WordPress, backed up and copied to Osaka."""
    with deployed(tmp_path, config) as product:
        product.backup(POLICY)
        product.until_closed(POLICY)
        product.invoke("copy-points", {})
        until(lambda: all_ready(product.sandbox) or None, "the copies to be ready")
        yield product


def test_wordpress_and_mysql_come_back_in_another_region_when_their_own_is_lost(
    home: Deployed, tmp_path: Path
) -> None:
    sandbox = home.sandbox
    sources = {each.tags[tags.CLAIM]: each.id for each in home.snapshots(POLICY)}
    copied = copies(sandbox)
    assert {claim: each["Tags"][copy_tags.COPY_OF] for claim, each in copied.items()} == sources
    assert set(sources) == set(CLAIMS)
    sandbox.aws.wait_idle()
    sandbox.stop_cluster(CLUSTER)
    sandbox.aws.settings(lost_regions=[HOME])

    spare = start_spare(sandbox, CLASS)
    path = tmp_path / "osaka.yaml"
    path.write_text(
        json.dumps(config_of({"name": "nothing"}, clusters=[{"name": SPARE, "region": OSAKA}], adopt=True))
    )
    product = deploy_to(spare, sandbox, path, tmp_path / "dr")
    product.admin.create("/api/v1/namespaces", {"metadata": {"name": "wordpress"}})

    listed = typed(product, "get", "points", "--from-place", "osaka", "--from-cluster", CLUSTER, "-o", "json")
    assert {each["claim"] for each in json.loads(listed)["recovery_points"]} == set(CLAIMS)
    for claim in CLAIMS:
        words = ("restore", "--from-place", "osaka", "--claim", f"wordpress/{claim}", "--class", CLASS)
        assert "20Gi" in typed(product, *words, "--cluster", SPARE, "--wait")
        assert set(copies(sandbox)[claim]["Tags"]) > RESTORING

    used(product.admin, "wordpress", *CLAIMS)
    ec2 = sandbox.client("ec2", OSAKA)
    for claim in CLAIMS:
        assert made_from(product.admin, ec2, "wordpress", claim) == copied[claim]["SnapshotId"]
    assert len(product.invoke("finish-restores", {})["finished"]) == len(CLAIMS)

    left = copies(sandbox)
    assert {claim: each["SnapshotId"] for claim, each in left.items()} == {
        claim: each["SnapshotId"] for claim, each in copied.items()
    }
    assert not [claim for claim, each in left.items() if RESTORING & set(each["Tags"])]
    assert product.prune(cluster=SPARE)["refused"] == ""
    assert copies(sandbox) == left, "a prune there touches no copy"
    contents = product.admin.get("/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents")["items"]
    assert contents == []


def typed(product: Deployed, *words: str) -> str:
    """What `snapkeep` prints when somebody types this."""
    done = snapkeep(product, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout
