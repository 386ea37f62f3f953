"""Two hashes of an article: what makes a revision, and what two copies of one post share."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict
from typing import Any

import orjson

from crawler.items import Article
from crawler.reading.text import drop_controls, fold

# Below this a text alone does not tell one post from another (详见附件).
_LONG = 100

_CONTENT = (
    *("title", "subtitle", "kicker", "date_published", "date_precision", "date_raw"),
    *("source", "source_raw", "source_inferred", "publisher", "authors", "editor"),
    *("channel", "section", "doc_number", "language", "text", "html"),
)


class FingerprintPipeline:
    """Sets content_hash and fingerprint."""

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            item.content_hash = content_hash(item)
            item.fingerprint = fingerprint(item)
        return item


def content_hash(article: Article) -> str:
    """SHA-256 (hex) over every published field: another hash is another revision."""
    content = {name: getattr(article, name) for name in _CONTENT}
    content["images"] = [asdict(image) for image in article.images]
    content["attachments"] = [asdict(file) for file in article.attachments]
    content = storable(content)
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def storable(value: Any) -> Any:
    """A value without what an engine refuses or gives back as something else, at any depth: NUL,
    surrogates, controls.
    """
    if isinstance(value, str):
        return drop_controls(value)
    if isinstance(value, list):
        return [storable(entry) for entry in value]
    if isinstance(value, dict):
        return {name: storable(entry) for name, entry in value.items()}
    return value


def fingerprint(article: Article) -> str:
    """SHA-256 (hex) that an exact copy under another URL has, too.

    The text folded for comparison only (width, case, spaces, punctuation). Since notices are cut
    from templates, the numbers of the title and the names of the files must agree as well, and
    for short texts the whole title and the pictures.
    """
    text = fold(article.text)
    parts = [text, *sorted(fold(file.name) for file in article.attachments)]
    if len(text) >= _LONG:
        parts += re.findall(r"\d+", fold(article.title))
    else:
        parts += [fold(article.title), *(image.url for image in article.images)]
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()
