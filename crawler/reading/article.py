"""From a parsed page to an Article: candidates for every field, and the body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.items import Article, Candidate, NotAnArticle, Paragraph
from crawler.reading.blocks import Block, read_blocks
from crawler.reading.body import Body, read_body
from crawler.reading.boilerplate import asides, is_control_link, is_editor, is_reader
from crawler.reading.byline import read_bylines, shown_bylines
from crawler.reading.dateline import is_row, text_dates
from crawler.reading.dates import find_dates, url_date
from crawler.reading.headline import Headline, read_headline, without_suffix
from crawler.reading.infoline import (
    is_info_line,
    merge,
    names_outlet,
    read_credits,
    read_info_line,
    read_lines,
)
from crawler.reading.listing import Row
from crawler.reading.marked import marked_fields, read_card, read_cells, read_info
from crawler.reading.metadata import read_metadata, scripted_date, site_name
from crawler.reading.names import is_name
from crawler.reading.node import known_node
from crawler.reading.page import BLOCKS, Page, candidate, matches, select, visible_text
from crawler.reading.refusal import refuse_error_page, refuse_without_article
from crawler.reading.region import find_region, heading_above, is_info, trim
from crawler.reading.rights import read_rights
from crawler.reading.rules import GENERIC, TOOLS, ArticleRules
from crawler.reading.text import fold_space, squeeze
from crawler.reading.urls import canonical_url

_HAN = re.compile(r"[\u3400-\u9fff]")
_HEADINGS = "h1, h2, h3, h4, .title, .tit, .bt, .article-title, .articleTitle, .arti_title, #title"
_NAMES_APART = re.compile(r"[\s\u3000、，,;；/|]+")
_CLAUSE = re.compile(r"[，。！？]")
_SENTENCE = re.compile(r"[。！？]")
_LINE = 6  # characters of a headline
_SUFFIX = ("-", "_", "|", "–", "—")
_SITES = ("新闻", "网", "资讯", "客户端")
_SITE = re.compile(r"(?:网|网站|门户|政府|频道|首页|平台|在线|博客|论坛|社区)$")
_TOOL = 200  # characters
_HEADLINE = 80  # characters
_TOUCHING = re.compile(r"[\w：:，。；]")
_HOLDERS = BLOCKS | {"span", "em", "font", "small", "time"}
_NEAR = 60  # elements between headline and text that may hold the info line
# What the info line says and skins repeat above the text.
_SAID = ("date", "source", "author", "editor", "title")


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
    headline = _headline(page, rules, metadata, row)
    found = _find(page, rules, headline)
    headline = found.headline
    title = headline.title.raw if headline else ""
    info = merge(found.info, metadata)
    said = frozenset(squeeze(c.raw) for name in _SAID for c in info.get(name, []))
    lines = trim(found.blocks, title, said)
    ends = [(page, found)]
    for other in further:
        ends.append((other, _find(other, rules, headline)))
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
    refuse_without_article(page, body, title, dated=bool(candidates["date"]), shown=visible)
    if any(_breaks_off(one, place, body) for one, place in ends):
        raise NotAnArticle("truncated", title)
    if not candidates["date"] and (scripted := scripted_date(page)):
        candidates["date"].append(scripted)
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


def _breaks_off(page: Page, found: _Found, body: Body) -> bool:
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


@dataclass(slots=True)
class _Found:
    """The article's place on its page."""

    node: HtmlElement
    trusted: bool
    """False: nothing reads like an article, so trafilatura judges the whole page."""
    blocks: list[Block]
    headline: Headline | None
    """Also found by looking above the text, where nothing else shows it."""
    behind: list[HtmlElement]
    """What follows the article closely: source and editor may stand there."""
    dropped: set[HtmlElement]
    info: dict[str, list[Candidate]]


def _find(page: Page, rules: ArticleRules, headline: Headline | None) -> _Found:
    title = headline.element if headline else None
    known = [match for _, match in select(page, rules.info)]
    dropped = {match for _, match in select(page, (*rules.drop, *rules.attachments))}
    # Some skins call what holds the whole article a tool, too.
    tools = (match for _, match in select(page, TOOLS))
    dropped.update(
        link
        for link in page.named.get("a", [])
        # It may hold an icon.
        if len(link) <= 1 and is_control_link(link.text_content() if len(link) else link.text)
    )
    dropped.update(tool for tool in tools if len(squeeze(tool.text_content())) <= _TOOL)
    node = next((e for _, e in select(page, rules.body) if _holds_content(e)), None)
    if node is None:
        node = known_node(page)
    if node is not None:
        if title is None and (title := _titled(page, node)) is not None:
            headline = Headline(candidate(title, visible_text(title), "line"), element=title)
        around = list(_between(page, title, node))
        info = merge(read_info(known), read_info(around), shown_bylines(around))
        used = {c.xpath for found in info.values() for c in found}
        dropped |= {
            element
            for element in (*known, *(e for e in around if candidate(e, "", "").xpath in used))
            if node in element.iterancestors()
        }
        if title is not None and node in title.iterancestors():
            dropped.add(title)
        dropped -= {node, *node.iterancestors()}
        blocks = read_blocks(node, page.base, dropped)
        return _Found(node, True, blocks, headline, list(_behind(node)), dropped, info)

    whole = page.root.find("body")
    whole = whole if whole is not None else page.root
    aside = asides(page)
    region = None
    if title is not None:
        # Side columns need not be read at all, unless they are what holds the headline.
        dropped |= aside
        dropped -= {title, *title.iterancestors()}
        # Nor does what is above the headline, if the article is below it.
        blocks = read_blocks(whole, page.base, dropped.union(_above(title)))
        region = find_region(blocks, aside, _place(blocks, headline), title, below=True)
    dropped.discard(whole)
    if region is None:
        blocks = read_blocks(whole, page.base, dropped)
        headline = _shown_headline(page, blocks, headline)
        title = headline.element if headline else None
        region = find_region(blocks, aside, _place(blocks, headline), title)
    if region is None:
        info = merge(read_info(known), read_info(_between(page, title, whole)))
        return _Found(whole, False, blocks, headline, [], dropped, info)
    first = blocks.index(region.blocks[0])
    unseen = headline is None or headline.element is None
    if unseen and (line := _announced(blocks[:first], region.blocks)):
        headline = Headline(candidate(line.element, line.text, "above"), element=line.element)
        title = line.element
    if headline is None and (line := heading_above(blocks[:first], region.blocks)):
        headline = Headline(candidate(line.element, line.text, "above"), element=line.element)
        title = line.element
    # The nearest line is believed first: what stands far above may speak of other posts.
    above = [block.element for block in reversed(blocks[max(0, first - _NEAR) : first])]
    if title is not None:
        around = list(_between(page, title, region.blocks[0].element))
        above = around or [element for element in above if element is not title]
    # What stands above an info line is no text either.
    told = max((i for i, block in enumerate(region.blocks[:4]) if is_info(block.text)), default=0)
    passed = region.blocks[:told]
    bylines = merge(
        shown_bylines([*above, *(block.element for block in passed)]),
        {"author": read_credits((block.element, block.text) for block in passed)},
    )
    above += [block.element for block in region.blocks[:4] if _may_inform(block)]
    # Called an info line and dated: no text, however it is put.
    lines = [b for i, b in enumerate(region.blocks) if i >= 4 or not _is_dated_line(b)]
    info = merge(read_info(known), read_info(dict.fromkeys(above)), bylines)
    end = first + len(region.blocks)
    behind = [block.element for block in blocks[end : end + 8]]
    return _Found(region.node, True, lines or region.blocks, headline, behind, dropped, info)


def _above(title: HtmlElement) -> Iterator[HtmlElement]:
    """All that stands before an element."""
    for element in (title, *title.iterancestors()):
        yield from element.itersiblings(preceding=True)


def _announced(above: Sequence[Block], blocks: Sequence[Block]) -> Block | None:
    """The line above the text that the text's first line repeats, where `<title>` is of no help.

    It may have more: who wrote it, or a category.
    """
    first = next((block.bare for block in blocks[:2] if block.text), "")
    if not 6 <= len(first) <= _HEADLINE:
        return None
    for block in reversed(above[-12:]):
        text = block.bare
        if text.endswith(first) and len(text) <= _HEADLINE and 2 * block.links <= len(text):
            return block
    return None


def _may_inform(block: Block) -> bool:
    """Whether a line at the top of the text is an info line, or dated as posts are.

    A date alone is not enough (关于2024年8月5日停水的通知): there must be a label, an address or
    an outlet in the line, or a time of day that stands apart from the words around it.
    """
    text = block.text
    if is_reader(text):
        return False
    if len(text) > _HEADLINE or is_info(text):
        return is_info(text)
    if _is_dated_line(block):
        return True
    said = any(name in _SAID for name, _, _ in read_info_line(text)) or "://" in text
    for start, end, date in find_dates(text):
        around = f" {text} "[start : start + 1] + f" {text} "[end + 1 : end + 2]
        clocked = ":" in date and not _TOUCHING.search(around)
        return said or (
            (clocked or names_outlet(f"{text[:start]} {text[end:]}")) and "。" not in text
        )
    return False


def _is_dated_line(block: Block) -> bool:
    """Whether a short line with a date is called what info lines are called."""
    text = block.text
    return (
        0 < len(text) <= _HEADLINE
        and not _CLAUSE.search(text)
        and is_info_line(block.element)
        and any(find_dates(text))
    )


def _shown_headline(
    page: Page, blocks: Sequence[Block], headline: Headline | None
) -> Headline | None:
    """The line of the page that its `<title>` begins with, where no heading was found."""
    if headline is not None and headline.element is not None:
        return headline
    named = squeeze(page.root.findtext(".//title") or "")
    for block in blocks:
        text = block.bare
        shown = block.element.tag != "title" and 2 * block.links <= len(text)
        if shown and len(text) >= 6 and named.startswith(text):
            return Headline(candidate(block.element, block.text, "line"), element=block.element)
    return headline


def _titled(page: Page, node: HtmlElement) -> HtmlElement | None:
    """The line above an article's node that `<title>` shows before the name of the site."""
    named = squeeze(page.root.findtext(".//title") or "")
    for element in page.elements:
        if element is node:
            break
        text = squeeze(element.text or "") if element.tag in BLOCKS else ""
        shown = len(text) >= _LINE and named.startswith(text) and element.tag != "title"
        if (
            shown
            and named[len(text) : len(text) + 1] in _SUFFIX
            and not element.xpath("ancestor::a")
        ):
            return element
    return None


def _holds_content(node: HtmlElement) -> bool:
    return any(text.strip() for text in node.itertext()) or node.find(".//img") is not None


def _place(blocks: Sequence[Block], headline: Headline | None) -> int | None:
    """The index of the headline's last line among the lines of a page."""
    if headline is None:
        return None
    if headline.element is not None:
        inside = {headline.element, *headline.element.iterdescendants()}
        places = [i for i, block in enumerate(blocks) if block.element in inside]
        if places:
            return places[-1]
    wanted = squeeze(headline.title.raw)
    return next((i for i, block in enumerate(blocks) if block.bare == wanted), None)


def _behind(node: HtmlElement) -> Iterator[HtmlElement]:
    """The next few small elements after an article node."""
    holder: HtmlElement | None = node
    count = 0
    for _ in range(2):
        if holder is None:
            return
        for sibling in holder.itersiblings():
            if isinstance(sibling.tag, str) and len(squeeze(sibling.text_content())) <= 120:
                yield sibling
                count += 1
            if count >= 6:
                return
        holder = holder.getparent()


def _headline(
    page: Page,
    rules: ArticleRules,
    metadata: dict[str, list[Candidate]],
    row: Row | None,
) -> Headline | None:
    references = [c.raw for c in metadata.get("title", [])]
    if row and row.title:
        references.append(row.title)
    for selector, element in select(page, rules.title):
        if headline := read_headline(page, element, f"css:{selector}", references):
            return headline
    named = page.root.find(".//title")
    in_title = fold_space(named.text_content()) if named is not None else ""
    stem = without_suffix(
        named.text_content().strip() if named is not None else "",
        [site_name(page), *(c.raw for c in page.meta.get("columnname", []))],
    )
    # A heading that the page's own <title> begins with is the headline.
    for heading in matches(page, _HEADINGS):
        text = squeeze(visible_text(heading))
        if len(text) >= 4 and (
            squeeze(in_title).startswith(text) or text in (squeeze(r) for r in references)
        ):
            return read_headline(page, heading, "heading", [*references, stem])
    for heading in page.named.get("h1", []) + page.named.get("h2", []) + page.named.get("h3", []):
        # Behind the names of site and column; a site's own name is what pages link to it by.
        text = squeeze(visible_text(heading))
        whole = squeeze(in_title)
        telling = len(text) >= 8 and 2 * len(text) > len(whole) and not _SITE.search(text)
        if telling and whole.endswith(text) and heading.find(".//a[@href='/']") is None:
            return read_headline(page, heading, "heading", [*references, stem])
    for reference in metadata.get("title", []):
        return Headline(reference)
    # Old sites name themselves in every <title>, and set headlines as any other text.
    if row and (line := _line(page, squeeze(row.title))) is not None:
        return read_headline(page, line, "line", references)
    if stem and named is not None:
        return Headline(candidate(named, stem, "title"))
    if row and row.title:
        return Headline(Candidate(row.title, "list"))
    return None


def _line(page: Page, text: str) -> HtmlElement | None:
    """The element, no link or head tag, that shows this text (squeezed) and no other."""
    for element in page.root.iter(*BLOCKS - {"title"}, "b", "strong", "font", "span"):
        shown = text and squeeze(element.text or "") == text
        if shown and next(element.iterancestors("a"), None) is None:
            return element
    return None


def _between(page: Page, title: HtmlElement | None, node: HtmlElement) -> Iterator[HtmlElement]:
    """Small blocks between headline and text, or at the top of a node that holds both."""
    inside = title is not None and node in title.iterancestors()
    started = title is None
    skip: set[HtmlElement] = set()
    count = 0
    for element in page.elements:
        if element is title:
            started = True
            skip.update(element.iterdescendants())
            continue
        if element is node and not inside:
            return
        if not started or element.tag not in _HOLDERS or element in skip:
            continue
        text = squeeze(element.text_content())
        if not text or len(text) > 300 or element.getparent() in skip:
            continue
        if len(text) > 60 and "。" in text:
            if any(child.tag in BLOCKS for child in element):
                continue  # a note on rights may stand beside the info line
            return  # the text has begun
        skip.update(element.iterdescendants())
        yield element
        count += 1
        if count > (12 if inside else _NEAR):
            return


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


def _tail_info(found: _Found, body: Body) -> dict[str, list[Candidate]]:
    """Source, editor and author that the last lines of the text name, or what stands below it."""
    last = [b for b in found.blocks if b.text and len(b.text) <= 120 and b.kind != "table"]
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
