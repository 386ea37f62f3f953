"""The body that readers see: pictures captioned, links marked, attribution inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from lxml import html as lxml_html
from markupsafe import Markup

from crawler.items import Record
from exporters.base import cancel_notice, shown_date, template
from exporters.clean import EXTERNAL, clean_html
from exporters.identity import Identity

Mirrored = Callable[[str], str | None]
"""Address of a picture or file at the source -> that of our own copy, None where there is none."""


def shown_body(html: str, mirrored: Mirrored | None = None) -> str:
    """A sanitised body for readers.

    Args:
        html: what `clean_html` returned.
        mirrored: finds our own copies; without it there are none.

    Returns:
        The body whose pictures are our own copies, with a lazy `<img>`, or captioned links to the
        original: no reader asks a foreign host for anything by looking at a post. Links to copied
        files lead to the copies, all others carry `rel`.
    """
    if mirrored is None and "<img" not in html:
        # The sanitiser writes a quotation mark in no text and no value: these are the tags.
        return html.replace('<a href="', f'<a rel="{EXTERNAL}" href="')
    copies: dict[str, str] = {}
    fragment = lxml_html.fragment_fromstring(html, create_parent="div")
    for image in cast("Iterator[lxml_html.HtmlElement]", list(fragment.iter("img"))):
        url = image.get("src")
        if url and mirrored and (copy := mirrored(url)):
            copies[url] = copy
            image.set("alt", image.get("alt") or "")
        else:
            _link(image)
    for link in fragment.iter("a") if mirrored else ():
        if (url := link.get("href")) and mirrored and (copy := mirrored(url)):
            copies[url] = copy
    page = clean_html(lxml_html.tostring(fragment, encoding="unicode"), rel=EXTERNAL)
    return _localise(page, copies) if copies else page


def reader_html(record: Record, identity: Identity, mirrored: Mirrored | None = None) -> str:
    """What a feed reader or CMS shows for a record that went through `clean_record`.

    A usable one has its body, attachments, date, attribution and disclaimer; a canceled one the
    notice that stands for it.
    """
    if record.status == "canceled":
        headline, sentence = cancel_notice(record.reason)
        return template(identity, "feed_notice.html").render(
            headline=headline,
            sentence=sentence,
            other=record.duplicate_of and identity.page_url(record.duplicate_of),
        )
    return template(identity, "feed_post.html").render(
        record=record,
        date=shown_date(record),
        body=Markup(shown_body(record.html or "", mirrored)),  # sanitised
        files=local_files(record, mirrored),
        identity=identity,
    )


def local_files(record: Record, mirrored: Mirrored | None) -> list[tuple[str, str, bool]]:
    """A record's attachments: name, address, and whether that is a copy of our own."""
    found = []
    for file in record.attachments:
        copy = mirrored(file.url) if mirrored else None
        found.append((file.name or file.url, copy or file.url, copy is not None))
    return found


def _link(image: lxml_html.HtmlElement) -> None:
    """Make a picture a link to it, named by its caption."""
    url = image.get("src")
    if not url:
        image.drop_tree()
        return
    text = image.get("alt") or ""
    figure = next(image.iterancestors("figure"), None)
    caption = figure.find("figcaption") if figure is not None else None
    if caption is not None:
        text = caption.text_content() or text
        caption.drop_tree()
    label = f"图片:{text.strip() or '查看原图'}"
    if next(image.iterancestors("a"), None) is not None:  # a link cannot stand in a link
        image.tag = "span"
        image.attrib.clear()
    else:
        image.tag = "a"
        image.attrib.clear()
        image.set("href", url)
    image.text = label


def _localise(page: str, copies: dict[str, str]) -> str:
    """Put our own addresses in; after the sanitiser, which lets no relative ones through."""
    fragment = lxml_html.fragment_fromstring(page, create_parent="div")
    for element in fragment.iter("img", "a"):
        name = "src" if element.tag == "img" else "href"
        if copy := copies.get(element.get(name, "")):
            element.set(name, copy)
            if name == "src":
                element.set("loading", "lazy")
            else:
                element.attrib.pop("rel", None)
    whole = lxml_html.tostring(fragment, encoding="unicode")
    return whole.removeprefix("<div>").removesuffix("</div>")
