"""Tests for dashboard.web.languages, and for the pages that say something with it."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

from dashboard.errors import RequestRefused
from dashboard.paths import TEMPLATES
from dashboard.web import refusals
from dashboard.web.answers import PlainPages
from dashboard.web.families import KNOWN
from dashboard.web.languages import CHINESE, TAGS, language_of, sayer


@pytest.mark.parametrize(
    ("path", "header", "expected"),
    [
        ("/", "", "en"),
        ("/", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("/", "fr, en;q=0.5, zh;q=0.4", "en"),
        ("/", "fr", "en"),
        ("/", "not;a=header;;,", "en"),
        ("/?lang=zh", "en", "zh"),
        ("/?lang=ZH-Hans", "en", "zh"),
        ("/?lang=xx", "zh", "zh"),
    ],
)
def test_the_address_goes_before_the_browser(path: str, header: str, expected: str) -> None:
    """`lang` in the address decides, then what the browser prefers, and everybody else is spoken to in English."""
    assert language_of(Request(create_environ(path, headers={"Accept-Language": header}))) == expected


def test_whatever_a_template_says_is_known() -> None:
    """Each text that a template, an error or a family has is said in Chinese, too."""
    templates = "".join(file.read_text("utf-8") for file in TEMPLATES.glob("*.html"))
    said = set(re.findall(r'say\("([^"]*)"\)', templates))
    assert len(said) > 8
    phrases = {HTTPStatus(status).phrase for status in (400, 401, 403, 404, 405, 413, 429, 500, 503)}
    titles = {title for title in KNOWN.values() if title != "CPU"}
    missing = (said | phrases | titles | set(refusals._MESSAGES.values())) - CHINESE.keys()
    assert not missing
    assert not [text for text in CHINESE.values() if not re.search("[\u4e00-\u9fff]", text)]


def test_templates_have_no_words_of_their_own() -> None:
    """Everything between the tags of a template comes from `say`, but for names and commands."""
    given = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<code>.*?</code>|<script.*?</script>")
    for file in TEMPLATES.glob("*.html"):
        bare = given.sub("", file.read_text("utf-8"))
        words = {word for text in re.findall(r">([^<]*)<", bare) for word in re.findall(r"[A-Za-z]{2,}", text)}
        assert words <= {"Plotroom"}, file.name


def test_a_page_of_the_server_is_in_its_readers_language() -> None:
    """Sign-in and errors have the language's tag and its words; a text that it lacks stays as it is."""
    pages = PlainPages()
    for language, tag in TAGS.items():
        say = sayer(language)
        login = pages.login("/login", "/", "That token is not valid.", language=language).get_data(as_text=True)
        assert f'<html lang="{tag}">' in login
        assert say("Open the dashboard") in login
        assert say("That token is not valid.") in login
        error = pages.error(RequestRefused(404, "not_found", "No such 'thing'."), "/", language).get_data(as_text=True)
        assert say("Not Found") in error
        assert "No such &#39;thing&#39;." in error
        assert say("One moment") in pages.onward("/", language).get_data(as_text=True)
    assert sayer("zh")("Sign in") != sayer("en")("Sign in") == "Sign in"
