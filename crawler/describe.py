"""What was read of a page, as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from crawler.families.base import NextPage
from crawler.items import Article, Candidate
from crawler.reading.listing import Row

_SHORT = 12  # digits of a hash that are told whole in the head

_FIELDS = {
    # printed name -> (attribute, candidates)
    "title": ("title", "title"),
    "kicker": ("kicker", ""),
    "subtitle": ("subtitle", ""),
    "date": ("date_published", "date"),
    "source": ("source", "source"),
    "authors": ("authors", "author"),
    "editor": ("editor", "editor"),
    "doc_number": ("doc_number", "doc_number"),
    "rights": ("hold", "rights"),
}


def describe_article(article: Article, encoding: str) -> str:
    """An article that was read with `trace`, as text for people: fields, paragraphs, and where
    each of them stands (capture, source line, XPath); rejected candidates.
    """
    lines = [f"{'url':<12} {article.url}", f"{'record url':<12} {article.canonical_url}"]
    lines.append(f"{'page':<12} {encoding}, sha256 {article.capture_sha256}")
    lines.append(f"{'channel':<12} {article.channel or '-'} -> {article.section or '-'}")
    for label, (attribute, name) in _FIELDS.items():
        value = getattr(article, attribute)
        if label == "date" and value is not None:
            value = f"{value.isoformat()} ({article.date_precision})"
        elif label == "authors":
            value = "、".join(value)
        elif label == "source" and article.source_inferred:
            value = f"{value} (inferred: the page names none)"
        lines.append(f"{label:<12} {value or '-'}")
        chosen = article.chosen.get(name)
        if chosen is not None:
            lines.append(f"{'':<12}   from {_where(chosen, article.capture_sha256)}")
        lines += [
            f"{'':<12}   also {_where(other, article.capture_sha256)}"
            for other in article.candidates.get(name, [])
            if other != chosen
        ]
    if article.hold:
        lines.append(f"{'held':<12} {article.hold}: waits for scrapy release")
    for kind, things in (("image", article.images), ("attachment", article.attachments)):
        for thing in things:
            text = getattr(thing, "name", None) or getattr(thing, "caption", "") or "-"
            lines.append(f"{kind:<12} {text}  {thing.url}")
    guards = ", ".join(f"{name} {count}" for name, count in article.guards.items())
    count = len(article.paragraphs)
    lines.append(f"{'body':<12} {count} paragraphs (guards: {guards or 'none'})")
    for paragraph in article.paragraphs:
        lines.append(textwrap.indent(paragraph.text, "  "))
        place = f"line {paragraph.line or '-'} {paragraph.xpath}"
        lines.append(f"      {paragraph.capture_sha256[:_SHORT]} {place}")
    return "\n".join(lines)


def _where(candidate: Candidate, sha256: str) -> str:
    place = f", {sha256[:_SHORT]} line {candidate.line} {candidate.xpath}" if candidate.line else ""
    return f"{candidate.raw!r} ({candidate.origin}{place})"


def describe_list(
    url: str,
    platform: str,
    rows: Sequence[tuple[Row, str]],
    following: NextPage | None,
    refusal: str,
) -> str:
    """A list page as text for people.

    Args:
        url: its address.
        platform: the name of its family.
        rows: each with its fate, "" for those that a crawl fetches; none: a shell around the list.
        following: where the list goes on, or where the list of a shell is.
        refusal: why the page is no article.
    """
    lines = [f"{'list':<12} {url}", f"{'no article':<12} refused: {refusal}"]
    lines.append(f"{'platform':<12} {platform}")
    lines += [
        f"{'row':<12} {fate or 'fetched':<12} {row.date_raw or '-':<12} {row.title}  {row.url}"
        for row, fate in rows
    ]
    if following and not rows:
        lines.append(f"{'its rows':<12} {following.url}")
    elif following is None:
        lines.append(f"{'next page':<12} none: this is the last one")
    else:
        how = " (by POST)" if following.form else " (a guess: nothing links to it)"
        shown = how if following.form or following.guessed else ""
        lines.append(f"{'next page':<12} {following.url}{shown}")
    return "\n".join(lines)
