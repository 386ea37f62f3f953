"""From a parsed page to an Article: candidates for every field, and the body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from crawler.items import Article, Candidate, NotAnArticle, Paragraph
from crawler.reading.blocks import read_blocks
from crawler.reading.body import Body, read_body
from crawler.reading.boilerplate import is_editor, is_reader
from crawler.reading.byline import read_bylines
from crawler.reading.dateline import edition_day, is_row, text_dates
from crawler.reading.dates import url_date
from crawler.reading.headline import find_headline
from crawler.reading.infoline import merge, read_credits, read_lines
from crawler.reading.listing import Row
from crawler.reading.marked import marked_fields, read_card, read_cells, read_info
from crawler.reading.metadata import read_metadata, scripted_date, site_name
from crawler.reading.names import is_name
from crawler.reading.page import Page, candidate, select
from crawler.reading.place import SAID, Place, find_place
from crawler.reading.refusal import refuse_error_page, refuse_without_article
from crawler.reading.region import trim
from crawler.reading.rights import read_rights
from crawler.reading.rules import GENERIC, ArticleRules
from crawler.reading.text import fold_space, squeeze
from crawler.reading.urls import canonical_url

_HAN = re.compile(r"[\u3400-\u9fff]")
_NAMES_APART = re.compile(r"[\s\u3000、，,;；/|]+")
_SENTENCE = re.compile(r"[。！？]")
_SITES = ("新闻", "网", "资讯", "客户端")


def read_article(
    page: Page,
    rules: ArticleRules = GENERIC,
    *,
    canonical: Callable[[str], str] = canonical_url,
    row: Row | None = None,
    further: Sequence[Page] = (),
    trace: bool = False,
    always_ask: bool = False,
) -> Article:
    """Read the article of a page.

    Args:
        page: the parsed response.
        rules: where this kind of page keeps things.
        canonical: the family's notion of which URLs are one post.
        row: the list row that led here; its title and date are candidates of last resort.
        further: the other pages of an article that is split over several: only their bodies count.
        trace: also tell where every paragraph stands.
        always_ask: see `body.read_body`.

    Returns:
        An Article with text, html, images, attachments and titles filled and with candidates for
        everything else; the pipelines choose among those.

    Raises:
        NotAnArticle: with its reason; nothing of such a page may be stored.
    """
    refuse_error_page(page)
    metadata = read_metadata(page)
    headline = find_headline(page, rules, metadata, row)
    found = find_place(page, rules, headline)
    headline = found.headline
    title = headline.title.raw if headline else ""
    info = merge(found.info, metadata)
    said = frozenset(squeeze(c.raw) for name in SAID for c in info.get(name, []))
    lines = trim(found.blocks, title, said)
    ends = [(page, found)]
    for other in further:
        ends.append((other, find_place(other, rules, headline)))
        lines += trim(ends[-1][1].blocks, title, said)
    body = read_body(found.node, lines, found.dropped, trusted=found.trusted, always_ask=always_ask)

    attachments = {file.url: file for file in body.attachments}
    for _, element in select(page, rules.attachments):
        for block in read_blocks(element, page.base):
            attachments.update({file.url: file for file in block.files})

    bylines = read_bylines(body.blocks, title)
    tail = _tail_info(found, body)
    unlabelled = tail.pop("unlabelled", [])
    if "date" not in found.info and headline and headline.element is not None:
        found.info = merge(found.info, _info_above(headline.element))
    # In cells or below the text, a label may be of something else.
    cells = [] if found.info.get("date") else read_cells(page)
    late = {"date": cells + tail.pop("date", [])}
    opening = [(b.element, b.text) for b in body.blocks[:4] if b.text]
    shown = merge(found.info, {"author": bylines + read_credits(opening)}, tail)
    marked = marked_fields(page, [name for name in ("author", "source") if not shown.get(name)])
    posters = found.info.get("_poster", [])
    if not shown.get("author"):
        named = marked.get("author", [])
        if not named or any(named[0].raw.startswith(poster.raw) for poster in posters):
            marked["author"] = posters or read_card(page)
    candidates = merge(shown, marked, metadata, late)
    persons = _persons(page, candidates, site_name(page))
    candidates["source"] = _outlets(candidates)
    candidates["author"] = persons
    candidates["rights"] = list(read_rights(page))
    candidates["title"] = [headline.title] if headline else []
    candidates["date"] = _dates(page, candidates, row) + unlabelled
    visible = headline is not None and headline.element is not None
    refuse_without_article(page, body, title, candidates["date"], shown=visible)
    if any(_breaks_off(one, place, body) for one, place in ends):
        raise NotAnArticle("truncated", title)
    if not candidates["date"] and (scripted := scripted_date(page)):
        candidates["date"].append(scripted)
    if not candidates["date"]:
        candidates["date"] += edition_day(page)
    candidates["date"] += text_dates(body.blocks, found.behind)
    doc_number = _doc_number(page, rules, candidates)
    return Article(
        url=page.url,
        canonical_url=canonical(page.url),
        fetched_at=page.fetched_at,
        capture_sha256=page.sha256,
        captures=tuple(p.capture for p in (page, *further) if p.capture),
        ended=page.ended,
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
        paragraphs=list(_places(body, (page, *further))) if trace else [],
        guards=dict(body.guards),
    )


def _breaks_off(page: Page, found: Place, body: Body) -> bool:
    """Whether a page without its end tag ends within the article: then some of it is missing."""
    if page.ended:
        return False
    last = found.node
    if not found.trusted:  # the node is the whole page
        if not _SENTENCE.search(body.text):
            return True  # no more than its navigation came
        own = set(last.iter())
        last = next((b.element for b in reversed(body.blocks) if b.element in own), last)
    return not any(text.strip() for text in last.xpath("following::text()"))


def _places(body: Body, pages: Sequence[Page]) -> Iterator[Paragraph]:
    sha256 = {page.root.getroottree().getroot(): page.sha256 for page in pages}
    for block in body.blocks:
        if block.text:
            place = candidate(block.element, block.text, "body")
            holder = sha256[block.element.getroottree().getroot()]
            yield Paragraph(block.text, holder, place.line, place.xpath)


def _info_above(title: HtmlElement) -> dict[str, list[Candidate]]:
    """A date right above the headline, as blogs print it, and who posted."""
    holder: HtmlElement | None = title
    for _ in range(3):
        if holder is None or holder.tag == "body":
            break
        for sibling in islice(holder.itersiblings(preceding=True), 2):
            if not isinstance(sibling.tag, str) or len(squeeze(sibling.text_content())) > 40:
                break
            if is_row(sibling):
                continue
            info = read_info([sibling])
            if info.get("date"):
                return {name: info[name] for name in ("date", "author", "_poster") if name in info}
        holder = holder.getparent()
    return {}


def _tail_info(found: Place, body: Body) -> dict[str, list[Candidate]]:
    """Source, editor and author that the last lines of the text name, or what stands below it."""
    # A table of one row may be an info line, too.
    last = [b for b in found.blocks if 0 < len(b.text) <= 120 and "\n" not in b.text]
    final = {id(b) for b in [b for b in body.blocks if b.text][-3:]}
    tail = [(b.element, b.text) for b in last[-6:] if id(b) in final or is_editor(b.text)]
    tail = [(element, line) for element, line in tail if not is_reader(line)]
    behind = (e for e in dict.fromkeys(found.behind) if not is_reader(e.text_content()))
    below = read_info(behind, below=True)
    read = merge(read_lines(tail), below)
    # A sign-off has no time of day.
    unlabelled = [c for c in below.get("date", []) if c.origin == "info" and ":" in c.raw]
    return {"unlabelled": unlabelled} | {
        name: [c for c in read[name] if not c.raw.startswith("综合") and c.origin != "info"]
        for name in ("source", "editor", "author", "date")
        if name in read
    }


def _persons(page: Page, candidates: dict[str, list[Candidate]], site: str) -> list[Candidate]:
    """Author candidates without the editors, outlets and accounts that head tags call authors."""
    in_title = squeeze(page.root.findtext(".//title") or "")
    others = {squeeze(site)} | {
        part
        for name in ("editor", "source")
        for c in candidates.get(name, [])
        for part in (squeeze(c.raw), *_NAMES_APART.split(c.raw))
    }
    persons = [
        c
        for c in candidates.get("author", [])
        if not (
            c.origin.startswith(("meta:", "json-ld:"))
            # 某某 in 标题_某某新闻 is the site.
            and (squeeze(c.raw) in others or in_title.endswith(tuple(c.raw + s for s in _SITES)))
        )
    ]
    # 来源：张三, where something else is the outlet: who wrote it.
    outlets, named = _by_kind(candidates)
    return persons + [c for c in named if outlets and not persons]


def _outlets(candidates: dict[str, list[Candidate]]) -> list[Candidate]:
    """Source candidates; the head's first where the line only goes on with another link."""
    outlets, named = _by_kind(candidates)
    sources = outlets or named
    longer = [f"{c.raw} " for c in sources if c.origin.startswith("meta:")]
    return [c for c in sources if not c.raw.startswith(tuple(longer))] if longer else sources


def _by_kind(candidates: dict[str, list[Candidate]]) -> tuple[list[Candidate], list[Candidate]]:
    """Source candidates that read like outlets, and those that read like persons."""
    sources = candidates.get("source", [])
    return (
        [c for c in sources if not is_name(squeeze(c.raw))],
        [c for c in sources if is_name(squeeze(c.raw))],
    )


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
    for _, element in select(page, rules.doc_number):
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
