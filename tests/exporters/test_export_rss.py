from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from lxml import etree, html

from crawler.items import Attachment, Record
from exporters.identity import Identity
from exporters.rss import RssExporter

MakeRecord = Callable[..., Record]

NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def export(records: list[Record], identity: Identity) -> bytes:
    file = BytesIO()
    exporter = RssExporter(file, identity=identity)
    exporter.start_exporting()
    for record in records:
        exporter.export_item(record)
    exporter.finish_exporting()
    return file.getvalue()


def channel(records: list[Record], identity: Identity) -> Any:
    strict = etree.XMLParser(recover=False, resolve_entities=False)
    return etree.fromstring(export(records, identity), strict)[0]


def content(item: Any) -> str:
    return str(item.findtext("content:encoded", namespaces=NS))


def test_item_says_everything_a_reader_shows(make_record: MakeRecord, operator: Identity) -> None:
    record = make_record(attachments=[Attachment("附件1.pdf", "https://f.example/1.pdf")])
    item = channel([record], operator).find("item")
    assert item.findtext("title") == record.title
    assert item.findtext("link") == f"https://www.example.cn/news/posts/{record.id}.html"
    assert item.findtext("guid") == f"urn:zhuanzai:{record.id}"
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.findtext("pubDate") == "Sun, 25 Aug 2024 00:00:00 +0800"
    assert item.findtext("dc:creator", namespaces=NS) == "佚名"
    assert item.findtext("category") == "廉政要闻"
    assert item.findtext("source") == "中共云湾市委组织部"
    assert item.find("source").get("url") == record.url
    via = item.find("atom:link", NS)
    assert (via.get("rel"), via.get("href")) == ("via", record.url)
    parts = [part.text_content() for part in html.fragments_fromstring(content(item))]
    assert [" ".join(part.split()) for part in parts] == [
        *("8月的云湾,船出港。", "一张海图", "“先找到人。”"),
        *("附件", "附件1.pdf"),
        "发布时间:2024-08-25 来源:中共云湾市委组织部 作者:佚名",
        f"原文链接:{record.url}",
        f"[免责声明] {operator.disclaimer}",
    ]


def test_channel_of_a_site_with_an_address(make_record: MakeRecord, operator: Identity) -> None:
    feed = channel([make_record()], operator)
    assert feed.findtext("title") == "清风转载网"
    assert feed.findtext("link") == "https://www.example.cn/news/"
    (own,) = feed.findall("atom:link", NS)
    assert (own.get("rel"), own.get("href")) == ("self", "https://www.example.cn/news/feed.xml")


def test_without_an_address_links_lead_to_the_original(
    make_record: MakeRecord, identity: Identity
) -> None:
    feed = channel([make_record()], identity)
    assert feed.findtext("item/link") == make_record().url
    assert feed.findtext("link") == "https://www.example.gov.cn/"
    assert feed.find("atom:link", NS) is None


def test_no_date_no_pub_date(make_record: MakeRecord, identity: Identity) -> None:
    record = make_record(date_published=None, date_precision=None)
    assert channel([record], identity).find("item/pubDate") is None


def test_last_build_date_is_the_latest_change(
    make_record: MakeRecord, canceled: list[Record], identity: Identity
) -> None:
    assert channel([make_record()], identity).findtext("lastBuildDate") == (
        "Tue, 24 Nov 2026 08:00:00 +0800"
    )
    assert channel([make_record(), *canceled], identity).findtext("lastBuildDate") == (
        "Wed, 25 Nov 2026 09:00:00 +0800"
    )


def test_empty_feed_is_well_formed(identity: Identity) -> None:
    feed = channel([], identity)
    assert feed.findtext("title") == "转载站"
    assert feed.find("lastBuildDate") is None


def test_canceled_record_comes_again_as_a_notice(
    canceled: list[Record], make_record: MakeRecord, operator: Identity
) -> None:
    # A store that still held the text must not leak it either.
    leaking = make_record(14, status="canceled", reason="withdrawn")
    items = channel([*canceled, leaking], operator).findall("item")
    guids = [item.findtext("guid") for item in items]
    assert guids == [f"urn:zhuanzai:{record.id}" for record in [*canceled, leaking]]
    withdrawn, duplicate, taken_down, leaked = items
    assert withdrawn.findtext("title") == canceled[0].title
    assert "本文已撤回" in content(withdrawn)
    assert f"posts/{make_record(1).id}.html" in content(duplicate)
    assert taken_down.findtext("title") == "本文已撤回"
    assert taken_down.find("pubDate") is None
    assert "船出港" not in content(leaked)


def test_hostile_record_is_harmless_and_well_formed(hostile: Record, operator: Identity) -> None:
    item = channel([hostile], operator).find("item")
    assert item.findtext("title").startswith("题\"'><img src=x onerror=alert(1)>")
    inside = html.fragment_fromstring(content(item), create_parent="div")
    assert {element.tag for element in inside.iter()} <= {
        "div",
        "p",
        "a",
        "img",
        "ul",
        "li",
        "strong",
    }
    for element in inside.iter():
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        for name in ("href", "src"):
            assert (element.get(name) or "https:").startswith("https:")


def test_names_are_declared_once(make_record: MakeRecord, identity: Identity) -> None:
    output = export([make_record(1), make_record(2)], identity)
    assert output.startswith(b"<?xml")
    assert output.count(b"xmlns:") == 4


@pytest.mark.filterwarnings("error")
def test_feed_that_is_given_up_makes_no_noise(make_record: MakeRecord, identity: Identity) -> None:
    exporter = RssExporter(BytesIO(), identity=identity)
    exporter.start_exporting()
    exporter.export_item(make_record())
    del exporter
