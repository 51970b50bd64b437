"""The file of a vault: what it says, and what is refused."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from snapkeep.domain.copies.places import Home
from snapkeep.domain.policies import from_document, to_document
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep_cli.config import json_schema
from snapkeep_cli.config.stack_size import LOCK_LENGTHS
from snapkeep_cli.config.vault.size import MOST_SOURCES
from tests.unit.snapkeep_cli.config.conftest import Loader, Refusals
from tests.unit.snapkeep_cli.config.refused_file import FILE as WITH_CLUSTERS
from tests.unit.snapkeep_cli.config.vault.vault_file import FILE, KEY, changed


def test_a_source_has_the_vaults_retention_and_lock_unless_it_has_its_own(loaded: Loader) -> None:
    deployment = loaded(FILE)
    vault = deployment.vault
    assert vault is not None and (deployment.clusters, deployment.policies) == ((), ())
    assert (vault.region, vault.account, vault.timezone) == ("ap-northeast-2", "222233334444", "Asia/Seoul")
    assert (vault.kms_key, vault.lend_to) == (KEY, ("333344445555",))
    prod, test = vault.sources
    assert (prod.name, prod.home) == ("prod", Home("111122223333", "ap-northeast-1"))
    assert (prod.deployment, prod.clusters, prod.a_day) == ("snapkeep", ("myeks", "second"), 500)
    assert prod.retention == {"daily": 14, "monthly": 12}
    assert prod.lock == Lock(LockMode.GOVERNANCE, 14)
    assert (test.deployment, test.a_day, test.retention, test.lock) == ("other", 20, {"daily": 3}, None)
    assert from_document(to_document(deployment)) == deployment


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            f"kms_key: {KEY}",
            "kms_key: alias/aws/ebs",
            "vault.kms_key: 'alias/aws/ebs' is the AWS managed key for EBS, whose policy nobody can change; "
            "use the ARN of a key of yours in the Region of the copies",
        ),
        (
            KEY,
            KEY.replace("northeast-2", "northeast-3"),
            "vault.kms_key: is a key in ap-northeast-3, and the vault is in ap-northeast-2; use a key in "
            "ap-northeast-2",
        ),
        (
            f"  kms_key: {KEY}\n",
            "",
            "vault.kms_key: is missing",
        ),
        (
            "daily: 14",
            "last: 14",
            "vault.retention: last is not for vaults: a source that sends many points would push older "
            "copies out; use daily, weekly, monthly or within",
        ),
        (
            "daily: 14",
            "minimum: 3",
            "vault.retention: minimum is not for vaults: the newest copy of each claim stays anyway; "
            "remove it",
        ),
        (
            "{daily: 3}",
            "{daily: 3, after_claim_deleted: 3d}",
            "vault.sources.test.retention: after_claim_deleted is not for vaults: a vault does not know "
            "which claims are deleted; remove it",
        ),
        (
            "  retention: {daily: 14, monthly: 12}\n",
            "",
            "vault.sources.prod.retention: is missing; give it here or in vault.retention",
        ),
        (
            "monthly: 12",
            "max_age: 7d",
            "vault.lock.days: a lock of 14 days keeps copies for longer than retention.max_age 7d; use 7 "
            "days or less, or raise max_age",
        ),
        (
            '"111122223333"',
            '"222233334444"',
            "vault.sources.prod.account: 222233334444 is the account of the vault's key, and an admin there "
            "could delete points and copies alike; deploy the vault in another account, or copy within this "
            "one by places, in the source's file",
        ),
        (
            "      deployment: other\n",
            "",
            "vault.sources.test: deployment snapkeep in ap-northeast-1 of account 111122223333 is also the "
            "source prod; keep one, with the clusters of both",
        ),
        (
            "region: ap-northeast-1",
            "region: cn-north-1",
            "vault.sources.prod.region: EC2 copies nothing from cn-north-1 to ap-northeast-2, which belongs "
            "to another partition of AWS; give that partition a vault of its own",
        ),
        (
            "    prod:",
            "    Prod:",
            "vault.sources.Prod: 'Prod' is not allowed; use a-z, 0-9 and dashes inside, a letter first, at "
            "most 20",
        ),
        (
            "    prod:",
            "    loan:",
            "vault.sources.loan: 'loan' is the place of borrowed copies, which nobody prunes; choose another "
            "name",
        ),
        (
            "[myeks, second]",
            "[myeks, myeks]",
            "vault.sources.prod.clusters[1]: 'myeks' is listed twice; remove one",
        ),
        (
            '["333344445555"]',
            '["222233334444"]',
            "vault.lend_to[0]: 222233334444 is the account of the vault, which needs no loan; remove it",
        ),
        (
            '["333344445555"]',
            '["333344445555", "333344445555"]',
            "vault.lend_to[1]: 333344445555 is listed twice; remove one",
        ),
        (
            '["333344445555"]',
            "[33334444]",
            "vault.lend_to[0]: '33334444' is not an account; give its 12 digits in quotes, such as "
            '"222233334444"',
        ),
        (
            "a_day: 20",
            "a_day: 0",
            "vault.sources.test.a_day: 0 is too small; use 1 or more",
        ),
        (
            "      clusters: [myeks, second]",
            "      clusters: [myeks]\n      cluster: second",
            "vault.sources.prod.cluster: unknown key (did you mean 'clusters'?); allowed: a_day, account, "
            "clusters, deployment, lock, region, retention",
        ),
    ],
)
def test_a_vault_that_cannot_work_is_refused(refusals: Refusals, old: str, new: str, told: str) -> None:
    assert [line.split(": ", 1)[1] for line in refusals(changed(old, new))] == [told]


def test_the_lock_of_a_source_is_compared_with_its_own_retention(refusals: Refusals) -> None:
    (line,) = refusals(changed("{daily: 3}\n      lock: off", "{within: 7d}"))
    assert line.startswith("snapkeep.yaml:13: vault.sources.test.lock.days: a lock of 14 days keeps copies")


def test_keys_of_clusters_say_nothing_in_a_vault(refusals: Refusals) -> None:
    lines = refusals(
        FILE + WITH_CLUSTERS + "deployment: {vpc: {id: vpc-01234567, subnets: [subnet-0000000a]}}"
    )
    told = "has no meaning for a vault, which backs up no clusters; remove it, or remove vault"
    assert [line.split(": ", 1)[1] for line in lines] == [
        f"clusters: {told}",
        f"policies: {told}",
        "deployment.vpc: is for functions that talk to clusters; a vault has none: remove it",
    ]


def test_more_sources_and_lengths_of_locks_than_iam_holds_are_refused(
    refusals: Refusals, loaded: Loader
) -> None:
    def text(sources: int, lengths: int = 1) -> str:
        file = yaml.safe_load(FILE)
        first = file["vault"]["sources"]["prod"]
        file["vault"]["sources"] = {
            f"s{number}": first
            | {"deployment": f"s{number}", "lock": {"mode": "governance", "days": 7 + number % lengths}}
            for number in range(sources)
        }
        return json.dumps(file)  # YAML, too, and without aliases

    vault = loaded(text(MOST_SOURCES, LOCK_LENGTHS)).vault
    assert vault is not None and len(vault.sources) == MOST_SOURCES
    (line,) = refusals(text(MOST_SOURCES + 1))
    assert "vault.sources: come to 21, and IAM's policies hold 20. Move some to a vault" in line
    (line,) = refusals(text(MOST_SOURCES, LOCK_LENGTHS + 1))
    assert "lock copies for 6 different lengths (7, 8, 9, 10, 11, 12 days)" in line and "hold 5" in line


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (FILE, True),
        (WITH_CLUSTERS, True),
        (FILE + WITH_CLUSTERS, False),
        (changed("vault:", "vaults:"), False),
        (changed("daily: 14", "last: 14"), False),
    ],
)
def test_editors_know_both_kinds_of_files(text: str, fits: bool) -> None:
    errors = list(jsonschema.Draft202012Validator(json_schema()).iter_errors(yaml.safe_load(text)))
    assert (errors == []) is fits
