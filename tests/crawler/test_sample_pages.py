"""The sample site's pages against what their author meant them to say."""

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.server import SITE
from crawler.families.nfcms import Nfcms
from crawler.items import Article
from crawler.reading.article import read_article
from crawler.reading.page import parse
from pipelines.normalise_author import normalise_author
from pipelines.normalise_date import normalise_date
from pipelines.normalise_source import normalise_source
from tests.conftest import NOW

HOME = "http://www.sample.example"
EXPECTED = json.loads(
    (Path(__file__).parents[1] / "pages" / "sample_expected.json").read_text("utf-8")
)


def read(path: str) -> Article:
    nfcms = Nfcms()
    page = parse((SITE / path.lstrip("/")).read_bytes(), HOME + path, NOW)
    assert nfcms.fingerprint(page)
    article = read_article(page, nfcms.rules, canonical=nfcms.canonical_url)
    for normalise in (normalise_date, normalise_author, normalise_source):
        normalise(article)
    return article


@pytest.mark.parametrize("expected", EXPECTED, ids=[e["path"] for e in EXPECTED])
def test_reading(expected: dict[str, Any]) -> None:
    article = read(expected["path"])
    published = article.date_published
    assert {
        "path": expected["path"],
        "title": article.title,
        "date_raw": article.date_raw,
        "date_published": published.isoformat() if published else None,
        "source_raw": article.source_raw,
        "authors": article.authors,
        "editor": article.editor,
        "doc_number": article.doc_number,
        "kicker": article.kicker,
        "subtitle": article.subtitle,
        "paragraphs": article.text.split("\n"),
        "attachments": [
            {"name": file.name, "path": file.url.removeprefix(HOME)} for file in article.attachments
        ],
        "images": len(article.images),
    } == expected
