"""The demo's checks of copies and of what comes back from them: whatever is wrong is said in words."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.build import ROOT
from sandbox.demo.facts import LiveCopy, LiveSnapshot, ReturnFact
from sandbox.demo.lost_region import verify
from sandbox.demo.lost_region.configs import PLACE, VAULT, in_osaka, of_vault, with_places
from sandbox.demo.steps import DemoError
from sandbox.demo.verify import NEEDED_TAGS
from snapkeep.domain import tags
from snapkeep.domain.drivers import EBS_CSI
from snapkeep_cli.config import load

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
SIZE = 20 * 2**30
ON_COPIES = dict.fromkeys(sorted(verify.NEEDED_ON_COPIES), "x")
NEWEST = {
    f"wordpress/{name}": LiveSnapshot(
        f"snap-{name}", "completed", AT, SIZE, dict.fromkeys(NEEDED_TAGS, "x"), f"vol-{name}"
    )
    for name in ("mysql", "wp")
}
COPIES = [
    LiveCopy(f"copy-{source.id}", "completed", SIZE, PLACE.key, "governance", source.id, ON_COPIES)
    for source in NEWEST.values()
]
WRITTEN = {"wordpress/mysql": "1a", "wordpress/wp": "2b"}
RETURNED = [
    ReturnFact(claim, f"copy-{source.id}", source.id, AT, f"vol-of-{claim}", SIZE, WRITTEN[claim])
    for claim, source in NEWEST.items()
]


def first_copy(**changes: Any) -> list[LiveCopy]:
    return [dataclasses.replace(COPIES[0], **changes), *COPIES[1:]]


def first_returned(**changes: Any) -> list[ReturnFact]:
    return [dataclasses.replace(RETURNED[0], **changes), *RETURNED[1:]]


def test_good_copies_and_a_good_return_are_nothing_to_complain_about() -> None:
    assert verify.copied(COPIES, NEWEST, PLACE.key) == []
    assert verify.returned(RETURNED, NEWEST, WRITTEN) == []
    assert verify.untouched(COPIES, list(COPIES)) == []


@pytest.mark.parametrize(
    ("copies", "complaint"),
    [
        (COPIES[1:], "snap-mysql has 0 copies, expected 1"),
        ([*COPIES, dataclasses.replace(COPIES[0], id="twin")], "snap-mysql has 2 copies"),
        (first_copy(state="pending"), "copy-snap-mysql is pending"),
        (first_copy(size_bytes=1), "has 1 of 21474836480 bytes"),
        (first_copy(key=""), "is under the key none"),
        (first_copy(lock=""), "copy-snap-mysql is not locked"),
        (first_copy(lock="expired"), "copy-snap-mysql is not locked"),
        (first_copy(tags={tags.CLAIM: "mysql"}), "copy-snap-mysql lacks the tags"),
        (first_copy(tags=ON_COPIES | {EBS_CSI.mark: "true"}), f"carries {EBS_CSI.mark} though nobody"),
    ],
)
def test_whatever_is_wrong_with_a_copy_is_told(copies: list[LiveCopy], complaint: str) -> None:
    found = verify.copied(copies, NEWEST, PLACE.key)

    assert any(complaint in text for text in found), found


@pytest.mark.parametrize(
    ("returned", "complaint"),
    [
        (RETURNED[1:], "wordpress/mysql did not come back"),
        (first_returned(source_id="snap-old"), "came back from a copy of snap-old, and its newest"),
        (first_returned(holds=""), "holds '', expected '1a'"),
        (first_returned(size_bytes=1), "has 1 bytes, expected 21474836480"),
    ],
)
def test_whatever_is_wrong_with_a_return_is_told(returned: list[ReturnFact], complaint: str) -> None:
    found = verify.returned(returned, NEWEST, WRITTEN)

    assert any(complaint in text for text in found), found


def test_claims_of_different_moments_are_told() -> None:
    later = dataclasses.replace(NEWEST["wordpress/wp"], started_at=AT + timedelta(seconds=1))

    assert verify.returned(RETURNED, {**NEWEST, "wordpress/wp": later}, WRITTEN) == [
        "the claims came back from different moments"
    ]


@pytest.mark.parametrize(
    ("after", "complaint"),
    [
        (COPIES[1:], "copy-snap-mysql is gone"),
        ([*COPIES, dataclasses.replace(COPIES[0], id="another")], "another is new"),
        (first_copy(tags=ON_COPIES | {tags.HOLD: "x"}), f"carries {tags.HOLD} though nobody"),
        (first_copy(lock=""), "copy-snap-mysql was"),
    ],
)
def test_a_copy_that_a_restore_changed_is_told(after: list[LiveCopy], complaint: str) -> None:
    found = verify.untouched(COPIES, after)

    assert any(complaint in text for text in found), found


def test_the_example_copies_to_osaka_what_has_a_group_and_osaka_adopts_it(tmp_path: Path) -> None:
    home = load(with_places(ROOT / "snapkeep.yaml", tmp_path / "home.yaml"))
    spare = load(in_osaka(tmp_path / "osaka.yaml"))

    copied = {policy.name: [rule.to for rule in policy.copies] for policy in home.policies if policy.copies}
    assert copied == {"wordpress": ["osaka", "vault"]}
    assert {place.region for place in home.places} == {spare.clusters[0].region}
    assert spare.adopt and not spare.places


def test_the_vault_takes_what_the_example_sends_it_and_lends_it_back(tmp_path: Path) -> None:
    home = load(with_places(ROOT / "snapkeep.yaml", tmp_path / "home.yaml"))
    vault = load(of_vault(tmp_path / "vault.yaml", "myeks")).vault

    assert vault
    (source,) = vault.sources
    (sent,) = [place for place in home.places if place.is_vault]
    assert (sent.region, sent.kms_key, sent.account) == (vault.region, vault.kms_key, VAULT.account)
    assert (source.region, source.clusters) == (home.clusters[0].region, ("myeks",))
    assert vault.lend_to == (source.account,)


def test_a_config_with_places_of_its_own_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "snapkeep.yaml"
    config.write_text(json.dumps({"policies": [], "places": {}}))

    with pytest.raises(DemoError, match="has places"):
        with_places(config, tmp_path / "home.yaml")


@pytest.mark.parametrize("text", ["policies: [1", "", "[]", "policies: 3", "policies: [3]"])
def test_a_config_that_cannot_be_read_is_left_to_its_reader(text: str, tmp_path: Path) -> None:
    config = tmp_path / "snapkeep.yaml"
    config.write_text(text)

    assert with_places(config, tmp_path / "home.yaml") == config
