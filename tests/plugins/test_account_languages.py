"""The page of the account speaks the language of the browser, where there is a translation."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests.plugins.catalogs import find_texts, write_catalog
from tests.processes import ROOT

APPS = ("api_http", *(app for app in django_settings.INSTALLED_APPS if app.startswith("auth_")))
GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def marked(settings: Any, tmp_path: Path) -> set[str]:
    texts = find_texts(*APPS)
    for domain in ("django", "djangojs"):
        write_catalog(tmp_path, domain, texts)
    settings.LOCALE_PATHS = [str(tmp_path)]
    return texts


def test_every_text_of_the_page_is_translated(db: None, marked: set[str]) -> None:
    page = Client().get("/account/", headers=GERMAN).content.decode()
    assert '<html lang="de">' in page
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    texts = [unescape(each).strip() for each in re.split(r"<[^>]*>", body)]
    shown = [each for each in texts if each.strip("· ")]
    assert len(shown) > 40
    assert [each for each in shown if (each[0], each[-1]) != ("«", "»")] == []


def test_its_scripts_get_their_texts(db: None, marked: set[str]) -> None:
    answer = Client().get("/account/texts.js", headers=GERMAN)
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-store"
    scripts = [each for app in APPS for each in (ROOT / app).glob("static/**/*.js")]
    ours = [each for each in scripts if "account/page.js" in each.read_text()]
    assert len(ours) >= 5
    for script in ours:
        texts = re.findall(r'gettext\("(.*?)"', script.read_text())
        assert texts, script
        assert [each for each in texts if f"\\u00ab{each}\\u00bb" not in answer.text] == []


def test_no_script_of_the_page_shows_a_text_without_a_mark() -> None:
    scripts = [*(each for app in APPS for each in (ROOT / app).glob("static/**/*.js"))]
    ours = [each for each in scripts if "account/page.js" in each.read_text()]
    for script in ours:
        lines = re.sub(r"^//.*$|gettext\(.*?[\"'],?", "", script.read_text(), flags=re.MULTILINE)
        assert re.findall(r"""["`'][A-Z][a-z]+ [^"`']*["`']""", lines) == [], script


def test_without_a_translation_the_page_is_english(db: None) -> None:
    page = Client().get("/account/", headers={"Accept-Language": "tlh"}).content.decode()
    assert '<html lang="en">' in page
    assert "Change the password" in page
