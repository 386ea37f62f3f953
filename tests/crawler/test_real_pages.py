"""Real pages, where they are at hand; they are not part of the project."""

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.families import detect
from crawler.families.nfcms import Nfcms
from crawler.items import NotAnArticle
from crawler.reading.article import read_article
from crawler.reading.page import parse
from pipelines.normalise_date import normalise_date
from pipelines.normalise_source import normalise_source
from tests.conftest import NOW

PAGES = Path(__file__).parents[3] / "shared" / "pages"


def _pages(family: str | None = None) -> list[Any]:
    corpus = PAGES / "corpus.jsonl"
    if not corpus.is_file():
        skip = pytest.mark.skip(reason="the labelled real pages are not on this machine")
        return [pytest.param({}, marks=skip)]
    pages = map(json.loads, corpus.read_text("utf-8").splitlines())
    return [
        pytest.param(page, id=page["id"]) for page in pages if family in (None, page.get("family"))
    ]


@pytest.mark.parametrize("truth", _pages("nfcms"))
@pytest.mark.parametrize("always_ask", [False, True])
def test_read_exactly(truth: dict[str, Any], always_ask: bool) -> None:
    nfcms = Nfcms()
    page = parse((PAGES / truth["html_path"]).read_bytes(), truth["url"], NOW)
    article = read_article(page, nfcms.rules, always_ask=always_ask)
    normalise_date(article)
    normalise_source(article)
    assert article.date_published is not None
    assert article.title == truth["title"]
    assert article.date_published.isoformat() == f"{truth['date']}T{truth['time']}+08:00"
    assert article.source_raw == truth["source"]
    assert article.doc_number == truth["doc_number"]
    assert article.text == truth["body"]
    assert [(file.url, file.name) for file in article.attachments] == [
        (file["url"], file["alt"]) for file in truth["attachments"]
    ]


@pytest.mark.parametrize("truth", _pages())
def test_not_asking_trafilatura_changes_nothing(truth: dict[str, Any]) -> None:
    body = (PAGES / truth["html_path"]).read_bytes()
    page = parse(body, truth["url"] or "http://unknown.invalid/", NOW)
    rules = detect(page, article=True).rules

    def outcome(always_ask: bool) -> tuple[str, str]:
        try:
            article = read_article(page, rules, always_ask=always_ask)
        except NotAnArticle as refusal:
            return "refused", refusal.reason
        return article.text, article.html

    assert outcome(False) == outcome(True)
