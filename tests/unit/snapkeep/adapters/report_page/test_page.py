"""The page: whole in itself, nothing of a cluster's text becomes markup or script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from snapkeep.adapters.report_page import render
from snapkeep.domain.report.storage import StoredOnEfs
from snapkeep.domain.restore.operations import Stage
from snapkeep.domain.sizes import GIB
from tests.fakes.report_namespaces import a_namespace, some_namespaces
from tests.fakes.report_samples import NOW, a_report

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--",
    "{{ 7 * 7 }}{% raw %}",
    "\u2028\u202e\x00]]>",
)


class Page(HTMLParser):
    """What a browser would make of it: elements, attributes, texts, and the blocks of data."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, str] = {}
        self.texts: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = (dict(attrs).get("id") or tag) if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag in ("script", "style") else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[self._inside] = self.blocks.get(self._inside, "") + data
        else:
            self.texts.append(data)


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_reasons_stay_text(text: str) -> None:
    page = Page(render(a_report({"good": text, "shop": text, "why": text})))
    usual = Page(render(a_report()))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in usual.elements]
    assert [set(attributes) for _, attributes in page.elements] == [
        set(attributes) for _, attributes in usual.elements
    ]
    assert any(text in row for row in json.loads(page.blocks["data"])["claims"])
    if "\x00" not in text:  # the parser of the standard library replaces it, as browsers do
        assert any(text in part for part in ["".join(page.texts)])


def test_only_our_own_script_and_style_may_run_and_nothing_be_fetched() -> None:
    page = Page(render(a_report()))
    policy = next(
        str(attributes["content"])
        for _, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": hash_of(page.blocks["script"]),
        "style-src": hash_of(page.blocks["style"]),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_it_names_no_address_and_has_no_inline_handlers_or_styles() -> None:
    html = render(a_report())
    page = Page(html)
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href"):
            assert re.fullmatch(r"#.*|data:,", str(attributes.get(name, "#")))
    assert "http://www.w3.org/2000/svg" in html  # a name, not an address
    assert len(re.findall(r"https?://", html)) == 1


def test_it_says_what_could_not_be_told_and_what_the_week_asks_for() -> None:
    html = render(a_report())
    assert "it is unknown which claims are gone: the API server of myeks does not answer" in html
    assert "4 of 7 claims need attention: 1 failing, 1 unprotected, 2 late." in html
    assert 'title="Wed 02:00 – 4 points: nightly"' in html


def test_incidents_tell_how_long_after_the_announcement_each_step_came() -> None:
    html = render(a_report())
    assert '<span class="when">+1.8 s</span> cordoned ip-10-0-3-17.ec2.internal' in html
    assert "2 min given" in html


def test_copies_stand_by_place_and_say_which_cannot_be_copied_and_why() -> None:
    html = render(a_report())
    section = html[html.index('<section id="copies"') : html.index('<section id="incidents"')]
    text = " ".join(re.sub(r"<[^>]+>", " ", section).split())
    assert "osaka ap-northeast-3 4 1 1 0 0" in text and "42 1.2 TiB" in text
    assert "vault ap-northeast-2 · 222233334444 4 0 1 0 1" in text and "28 –" in text
    assert "shop/sessions nightly cannot be copied: key arn:aws:kms" in text


def test_a_cluster_that_copies_nothing_has_no_section_about_copies() -> None:
    assert 'id="copies"' not in render(replace(a_report(), places=()))


def test_a_long_list_of_late_copies_is_cut_and_says_where_all_are() -> None:
    report = a_report()
    osaka = report.places[0]
    html = render(replace(report, places=(replace(osaka, late=osaka.late * 25),)))
    assert "25 need attention" in html and "and 5 more: <code>snapkeep coverage</code>" in html


def test_a_restore_of_an_archived_point_says_what_it_waits_for() -> None:
    report = a_report()
    waiting = replace(
        report.restores[0],
        stage=Stage.BRINGING_BACK,
        reason="",
        awaits="bringing back from the archive tier (3%)",
    )
    texts = Page(render(replace(report, restores=(waiting,)))).texts
    assert "bringing back" in texts and "bringing back from the archive tier (3%)" in texts


def test_namespaces_are_restorable_whole_or_say_what_is_missing() -> None:
    html = render(a_report())
    section = html[html.index('<section id="namespaces"') : html.index('<section id="copies"')]
    text = " ".join(re.sub(r"<[^>]+>", " ", section).split())
    assert "1 of 3 is restorable whole" in text
    assert "shop incomplete 31 · 9 left out 12 configmaps, 7 services, 5 deployments.apps, 4 service" in text
    assert "no ready point of uploads (policy nightly takes it, but it has no ready recovery point" in text
    assert "bring the Secret db left out: 9 pods (ReplicaSet makes it)" in text
    assert "its objects are not saved: no policy with `objects` takes its claims" in text
    rows = re.findall(r'<th scope="row">(\w+)<', section)
    assert rows == ["shop", "batch", "wordpress"]


def test_a_cluster_that_saves_no_objects_has_no_section_about_namespaces() -> None:
    assert 'id="namespaces"' not in render(replace(a_report(), namespaces=()))


def test_a_long_list_of_namespaces_is_cut_and_says_where_all_are() -> None:
    many = tuple(a_namespace(f"team-{number}", NOW) for number in range(60))
    html = render(replace(a_report(), namespaces=many))
    assert "and 10 more: <code>snapkeep coverage</code>" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_of_namespaces_and_secrets_stay_text(text: str) -> None:
    plain = Page(render(a_report()))
    page = Page(render(replace(a_report(), namespaces=some_namespaces(NOW, text, text))))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert any(text in each for each in page.texts)


def test_what_file_systems_cost_is_said_beside_the_snapshots() -> None:
    html = render(replace(a_report(), stored_on_efs=StoredOnEfs(3, 100 * GIB, 5.0)))
    assert "the newest of 3 hold 100 GiB, $5.00 a month; older ones add what differs." in html
    assert "AWS Backup bills" not in render(a_report())
