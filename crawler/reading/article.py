"""From a parsed page to an Article: candidates for every field, and the body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from lxml.html import HtmlElement

from crawler.items import Article, Candidate
from crawler.reading.blocks import read_blocks
from crawler.reading.body import Body, read_body
from crawler.reading.byline import read_bylines
from crawler.reading.dates import url_date
from crawler.reading.headline import Headline, read_headline, without_suffix
from crawler.reading.infoline import merge, read_info
from crawler.reading.listing import Row
from crawler.reading.metadata import read_metadata, site_name
from crawler.reading.node import find_node
from crawler.reading.page import BLOCKS, Page, candidate, css, select, visible_text
from crawler.reading.refusal import refuse_error_page, refuse_without_article
from crawler.reading.rules import GENERIC, TOOLS, ArticleRules
from crawler.reading.text import fold_space, squeeze
from crawler.reading.urls import canonical_url

_HAN = re.compile(r"[\u3400-\u9fff]")
_HEADINGS = "h1, h2, h3, h4, .title, .tit, .bt, .article-title, .articleTitle, .arti_title, #title"
_NEAR = 60  # elements between headline and text that may hold the info line


def read_article(
    page: Page,
    rules: ArticleRules = GENERIC,
    *,
    canonical: Callable[[str], str] = canonical_url,
    row: Row | None = None,
    further: Sequence[Page] = (),
    always_ask: bool = False,
) -> Article:
    """Read the article of a page.

    Args:
        page: the parsed response.
        rules: where this kind of page keeps things.
        canonical: the family's notion of which URLs are one post.
        row: the list row that led here; its title and date are candidates of last resort.
        further: the other pages of an article that is split over several: only their bodies count.
        always_ask: see `body.read_body`.

    Returns:
        An Article with text, html, images, attachments and titles filled and with candidates for
        everything else; the pipelines choose among those.

    Raises:
        NotAnArticle: with its reason; nothing of such a page may be stored.
    """
    refuse_error_page(page)
    node, trusted = _article_node(page, rules)
    metadata = read_metadata(page)
    headline = _headline(page, rules, node, metadata, row)
    title_element = _element(page, headline.title if headline else None)
    info, info_elements = _info(page, rules, node, title_element)
    dropped = {match for _, match in select(node, (*rules.drop, *rules.attachments, *TOOLS))}
    dropped.discard(node)
    dropped |= {e for e in info_elements if node in e.iterancestors()}
    if title_element is not None and node in title_element.iterancestors():
        dropped.add(title_element)
    body = read_body(node, page.base, dropped, trusted=trusted, always_ask=always_ask)
    title = headline.title.raw if headline else ""
    _drop_repeated_title(body, title)

    attachments = {file.url: file for file in body.attachments}
    for _, element in select(page.root, rules.attachments):
        for block in read_blocks(element, page.base):
            attachments.update({file.url: file for file in block.files})

    bylines = read_bylines(body.blocks)
    tail = _tail_info(body)
    candidates = merge(info, {"author": bylines}, tail, metadata)
    candidates["title"] = [headline.title] if headline else []
    candidates["date"] = _dates(page, candidates, row)
    refuse_without_article(page, body, title, dated=bool(candidates["date"]))
    doc_number = _doc_number(page, rules, candidates)
    return Article(
        url=page.url,
        canonical_url=canonical(page.url),
        fetched_at=page.fetched_at,
        capture_sha256=page.sha256,
        publisher=site_name(page),
        candidates={name: found for name, found in candidates.items() if found and name[0] != "_"},
        chosen={"title": headline.title} if headline else {},
        title=title,
        kicker=headline.kicker if headline else "",
        subtitle=headline.subtitle if headline else "",
        doc_number=doc_number,
        language=_language(page, body),
        text=body.text,
        html=body.html,
        images=body.images,
        attachments=list(attachments.values()),
        guards=dict(body.guards),
    )


def _article_node(page: Page, rules: ArticleRules) -> tuple[HtmlElement, bool]:
    """The article node and whether it is one: else the whole page, to be judged by trafilatura."""
    for _, match in select(page.root, rules.body):
        if any(text.strip() for text in match.itertext()) or match.find(".//img") is not None:
            return match, True
    if (found := find_node(page.root)) is not None:
        return found, True
    whole = page.root.find("body")
    return (whole if whole is not None else page.root), False


def _headline(
    page: Page,
    rules: ArticleRules,
    node: HtmlElement,
    metadata: dict[str, list[Candidate]],
    row: Row | None,
) -> Headline | None:
    references = [c.raw for c in metadata.get("title", [])]
    if row and row.title:
        references.append(row.title)
    for selector, element in select(page.root, rules.title):
        if headline := read_headline(element, f"css:{selector}", references):
            return headline
    named = page.root.find(".//title")
    in_title = fold_space(named.text_content()) if named is not None else ""
    stem = without_suffix(
        named.text_content().strip() if named is not None else "",
        [site_name(page), *(c.raw for c in page.meta.get("columnname", []))],
    )
    # A heading that the page's own <title> begins with is the headline.
    for heading in css(_HEADINGS)(page.root):
        text = squeeze(visible_text(heading))
        if len(text) >= 4 and (
            squeeze(in_title).startswith(text) or text in (squeeze(r) for r in references)
        ):
            return read_headline(heading, "heading", [*references, stem])
    for reference in metadata.get("title", []):
        return Headline(reference)
    if stem and named is not None:
        return Headline(candidate(named, stem, "title"))
    if row and row.title:
        return Headline(Candidate(row.title, "list"))
    return None


def _element(page: Page, read: Candidate | None) -> HtmlElement | None:
    """The element that a candidate was read from, if it is visible content."""
    if read is None or not read.xpath:
        return None
    found = cast("list[HtmlElement]", page.root.getroottree().xpath(read.xpath))
    return found[0] if found and found[0].tag not in ("meta", "title", "script") else None


def _info(
    page: Page, rules: ArticleRules, node: HtmlElement, title: HtmlElement | None
) -> tuple[dict[str, list[Candidate]], list[HtmlElement]]:
    """Info line candidates and the elements that they stand in."""
    known = [match for _, match in select(page.root, rules.info)]
    around = list(_between(page, title, node))
    info = merge(read_info(known), read_info(around))
    used = {c.xpath for found in info.values() for c in found}
    tree = page.root.getroottree()
    return info, known + [e for e in around if tree.getpath(e) in used]


def _between(page: Page, title: HtmlElement | None, node: HtmlElement) -> Iterator[HtmlElement]:
    """Small blocks between headline and text, or at the top of a node that holds both."""
    inside = title is not None and node in title.iterancestors()
    started = title is None
    skip: set[HtmlElement] = set()
    count = 0
    for element in page.root.iter():
        if element is title:
            started = True
            skip.update(element.iterdescendants())
            continue
        if element is node and not inside:
            return
        if not started or element in skip or element.tag not in BLOCKS | {"span", "em", "font"}:
            continue
        text = squeeze(element.text_content())
        if not text or len(text) > 300 or element.getparent() in skip:
            continue
        skip.update(element.iterdescendants())
        yield element
        count += 1
        if count > (12 if inside else _NEAR):
            return


def _tail_info(body: Body) -> dict[str, list[Candidate]]:
    """Source and editor that the last lines of the text name."""
    lines = [b.element for b in body.blocks if b.text and len(b.text) <= 60 and b.kind != "table"]
    last = [b.element for b in body.blocks if b.text][-3:]
    found = read_info([element for element in lines if element in last])
    return {name: found[name] for name in ("source", "editor", "author") if name in found}


def _drop_repeated_title(body: Body, title: str) -> None:
    """The headline repeated as the first line is no body."""
    if body.blocks and len(body.blocks) > 1 and squeeze(body.blocks[0].text) == squeeze(title):
        del body.blocks[0]


def _dates(page: Page, candidates: dict[str, list[Candidate]], row: Row | None) -> list[Candidate]:
    """Date candidates: visible, meta, list, URL, and a date of change at last."""
    dates = list(candidates.get("date", []))
    if row and row.date_raw:
        dates.append(Candidate(row.date_raw, "list"))
    if in_url := url_date(page.url):
        dates.append(Candidate(in_url, "url"))
    return dates + candidates.pop("date_updated", [])


def _doc_number(page: Page, rules: ArticleRules, candidates: dict[str, list[Candidate]]) -> str:
    """文号: it may be hidden by style and shown by script, so the element's text counts."""
    for _, element in select(page.root, rules.doc_number):
        text = fold_space(element.text_content())
        number = re.sub(r"^(?:发文字号|文\s*号)\s*[:：]?\s*", "", text).strip()
        if number:
            return number
    return next((c.raw for c in candidates.get("doc_number", [])), "")


def _language(page: Page, body: Body) -> str:
    """The text decides: templates say lang="en" over Chinese pages."""
    sample = body.text[:2000] or page.root.text_content()[:2000]
    if len(_HAN.findall(sample)) * 5 >= len(squeeze(sample)) or not body.text:
        return "zh-CN"
    declared = (page.root.get("lang") or "").strip()
    return declared if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", declared) else "und"
