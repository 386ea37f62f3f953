"""Every format: what a record looks like in it, and what becomes of canceled and hostile ones."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from crawler.items import Attachment, Record
from crawler.settings import EXPORT_FORMATS
from exporters.atom import AtomExporter
from exporters.base import FileExporter
from exporters.csv import COLUMNS, CsvExporter
from exporters.identity import Identity
from exporters.jsonfeed import JsonFeedExporter
from exporters.jsonl import JsonlExporter
from exporters.markdown import MarkdownExporter
from exporters.rss import RssExporter
from exporters.sitemap import SitemapExporter
from exporters.wxr import WxrExporter, post_date

MakeRecord = Callable[..., Record]
FILES: list[type[FileExporter]] = [
    *(JsonlExporter, CsvExporter, RssExporter, AtomExporter, JsonFeedExporter, WxrExporter)
]
NS = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "wp": "http://wordpress.org/export/1.2/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
UPDATED = datetime(2026, 11, 25, tzinfo=UTC)


def export(kind: type[FileExporter], records: list[Record], identity: Identity) -> bytes:
    file = BytesIO()
    exporter = kind(file, identity=identity, updated=UPDATED)
    exporter.start_exporting()
    for record in records:
        exporter.export_item(record)
    exporter.finish_exporting()
    return file.getvalue()


def words(content: str) -> str:
    return " ".join(html.fragment_fromstring(content, "div").text_content().split())


def rows(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode("utf-8-sig"), newline="")))


def items(output: bytes) -> Any:
    return etree.fromstring(output).findall("channel/item")


def entries(output: bytes) -> Any:
    return etree.fromstring(output).findall("a:entry", NS)


CONTENTS: dict[type[FileExporter], Callable[[bytes], list[str]]] = {
    CsvExporter: lambda output: [row["content"] for row in rows(output)],
    RssExporter: lambda o: [item.findtext("content:encoded", None, NS) for item in items(o)],
    WxrExporter: lambda o: [item.findtext("content:encoded", None, NS) for item in items(o)],
    AtomExporter: lambda output: [
        entry.findtext("a:content", None, NS) for entry in entries(output)
    ],
    JsonFeedExporter: lambda o: [item["content_html"] for item in json.loads(o)["items"]],
}


def test_every_file_format_is_here() -> None:
    folders = {"site", "markdown", "sitemap"}
    assert {kind.format for kind in FILES} == EXPORT_FORMATS.keys() - folders


@pytest.mark.parametrize("kind", CONTENTS)
def test_attribution_stands_in_the_content(
    kind: type[FileExporter], make_record: MakeRecord, operator: Identity
) -> None:
    record = make_record(
        editor="王五", attachments=[Attachment("附件1.pdf", "https://f.example/1.pdf")]
    )
    (content,) = CONTENTS[kind](export(kind, [record], operator))
    said = words(content)
    for part in ("船出港", "附件1.pdf", "发布时间:2024-08-25", "来源:中共云湾市委组织部"):
        assert part in said
    for part in ("作者:佚名", "责任编辑:王五", f"原文链接:{record.url}", operator.disclaimer):
        assert part in said
    assert f'href="{record.url}"' in content


@pytest.mark.parametrize("kind", CONTENTS)
def test_canceled_ones_are_notices(
    kind: type[FileExporter], canceled: list[Record], make_record: MakeRecord, operator: Identity
) -> None:
    leaking = make_record(14, status="canceled", reason="withdrawn")
    withdrawn, duplicate, taken, leaked = CONTENTS[kind](
        export(kind, [*canceled, leaking], operator)
    )
    assert words(withdrawn).startswith("本文已撤回 原发布单位已撤下本文")
    assert words(taken).startswith("本文已撤回 应权利人的要求")
    assert f"posts/{make_record(1).id}.html" in duplicate
    assert "船出港" not in leaked


@pytest.mark.parametrize("kind", CONTENTS)
def test_no_reader_is_made_to_ask_a_foreign_host(
    kind: type[FileExporter], make_record: MakeRecord, operator: Identity
) -> None:
    body = (
        '<p><img src="https://t.example/1.gif" alt="图一"> <a href="https://x.example/">x</a></p>'
    )
    (content,) = CONTENTS[kind](export(kind, [make_record(html=body)], operator))
    assert "<img" not in content
    assert "图片:图一" in content
    links = html.fragment_fromstring(content, "div").findall(".//a")
    assert all(link.get("rel") == "noopener noreferrer nofollow external" for link in links)


@pytest.mark.parametrize("kind", FILES)
def test_hostile_record_is_harmless_and_reads_back(
    kind: type[FileExporter], hostile: Record, make_record: MakeRecord, operator: Identity
) -> None:
    output = export(kind, [make_record(1), hostile, make_record(2)], operator)
    assert kind.check(BytesIO(output)) == 3
    if kind not in CONTENTS:
        return
    content = CONTENTS[kind](output)[1]
    for element in html.fragment_fromstring(content, "div").iter(etree.Element):
        assert element.tag not in ("script", "img", "svg", "iframe", "style", "form")
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert (element.get("href") or "https:").startswith(("https:", "mailto:"))


@pytest.mark.parametrize("kind", FILES)
def test_cut_file_does_not_read_back(
    kind: type[FileExporter], make_record: MakeRecord, operator: Identity
) -> None:
    output = export(kind, [make_record(1), make_record(2)], operator)
    for length in (len(output) - 10, len(output) // 2):
        try:
            assert kind.check(BytesIO(output[:length])) < 2
        except (ValueError, KeyError):
            continue


@pytest.mark.parametrize("kind", FILES)
def test_empty_edition_reads_back(kind: type[FileExporter], identity: Identity) -> None:
    assert kind.check(BytesIO(export(kind, [], identity))) == 0


@pytest.mark.parametrize("kind", FILES)
def test_memory_does_not_grow(
    kind: type[FileExporter], make_record: MakeRecord, identity: Identity
) -> None:
    class Counter(BytesIO):
        """A file that only counts."""

        size = 0

        def write(self, data: Any) -> int:
            self.size += len(data)
            return len(data)

    file = Counter()
    exporter = kind(file, identity=identity)
    exporter.start_exporting()
    for n in range(1, 20):
        exporter.export_item(make_record(n, html=f"<p>{'文' * 9000}</p>"))
        assert file.size > n * 27_000
    exporter.finish_exporting()


def test_csv_is_safe_to_open(make_record: MakeRecord, operator: Identity) -> None:
    record = make_record(title='=HYPERLINK("x")', source="+1", author="@x", text='-1\n第二行,"引"')
    output = export(CsvExporter, [record], operator)
    assert output.startswith(b'\xef\xbb\xbf"guid","id",')
    assert output.count(b"\r\n") == 2
    (row,) = rows(output)
    assert list(row) == list(COLUMNS)
    assert (row["title"], row["source"], row["author"]) == ('\'=HYPERLINK("x")', "'+1", "'@x")
    assert row["text"] == '\'-1\n第二行,"引"'
    assert rows(export(CsvExporter, [make_record(title="＝1")], operator))[0]["title"] == "'＝1"
    assert row["guid"] == f"urn:zhuanzai:{record.id}"
    assert (row["date"], row["date_published"]) == ("2024-08-25", record.date_published)


def test_atom_entry(make_record: MakeRecord, operator: Identity) -> None:
    record = make_record(authors=["张三", "李四"], author="张三、李四", editor="王五")
    feed = etree.fromstring(export(AtomExporter, [record], operator))
    assert feed.findtext("a:id", None, NS) == "https://www.example.cn/news/atom.xml"
    assert feed.findtext("a:updated", None, NS) == "2026-11-25T00:00:00+00:00"
    (entry,) = feed.findall("a:entry", NS)
    assert entry.findtext("a:id", None, NS) == f"urn:zhuanzai:{record.id}"
    assert entry.findtext("a:updated", None, NS) == record.updated_at
    assert entry.findtext("a:published", None, NS) == record.date_published
    assert [e.text for e in entry.findall("a:author/a:name", NS)] == ["张三", "李四"]
    assert entry.findtext("a:contributor/a:name", None, NS) == "王五"
    assert entry.findtext("a:source/a:title", None, NS) == record.source
    assert entry.findtext("a:rights", None, NS) == operator.disclaimer
    assert {link.get("rel"): link.get("href") for link in entry.findall("a:link", NS)} == {
        "alternate": f"https://www.example.cn/news/posts/{record.id}.html",
        "via": record.url,
    }


@pytest.mark.parametrize("kind", [AtomExporter, RssExporter])
def test_feeds_bury_what_is_canceled(
    kind: type[FileExporter], canceled: list[Record], operator: Identity
) -> None:
    feed = etree.fromstring(export(kind, canceled, operator))
    assert [(e.get("ref"), e.get("when")) for e in feed.iter(f"{{{NS['at']}}}deleted-entry")] == [
        (f"urn:zhuanzai:{record.id}", record.canceled_at) for record in canceled
    ]


def test_json_feed_item(
    make_record: MakeRecord, canceled: list[Record], operator: Identity
) -> None:
    record = make_record(attachments=[Attachment("附件1.pdf", "https://f.example/1.pdf")])
    feed = json.loads(export(JsonFeedExporter, [record, *canceled], operator))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://www.example.cn/news/feed.json"
    item = feed["items"][0]
    assert item["external_url"] == record.url
    assert item["attachments"] == [
        {"url": "https://f.example/1.pdf", "mime_type": "application/pdf", "title": "附件1.pdf"}
    ]
    assert item["_zhuanzai"]["disclaimer"] == operator.disclaimer
    gone = feed["items"][1]
    assert gone["date_modified"] == canceled[0].canceled_at
    assert gone["_zhuanzai"]["reason"] == "withdrawn"


def test_wxr_item(make_record: MakeRecord, canceled: list[Record], operator: Identity) -> None:
    output = export(WxrExporter, [make_record(1), make_record(2), *canceled], operator)
    channel = etree.fromstring(output)[0]
    assert channel.findtext("wp:wxr_version", None, NS) == "1.2"
    (author,) = [
        a for a in channel.findall("wp:author", NS)
        if a.findtext("wp:author_display_name", None, NS) == "中共云湾市委组织部"
    ]  # fmt: skip
    login = author.findtext("wp:author_login", None, NS)
    assert login.isascii()
    first, *_ = found = channel.findall("item")
    assert first.findtext("dc:creator", None, NS) == login
    assert [item.findtext("wp:status", None, NS) for item in found] == ["publish"] * 2 + [
        "trash"
    ] * 3
    names = [item.findtext("wp:post_name", None, NS) for item in found]
    assert len(set(names)) == 5
    assert all(name.isascii() for name in names)
    assert len({item.findtext("wp:post_id", None, NS) for item in found}) == 5
    meta = {
        m.findtext("wp:meta_key", None, NS): m.findtext("wp:meta_value", None, NS)
        for m in first.findall("wp:postmeta", NS)
    }
    assert meta["zhuanzai_url"] == make_record(1).url
    assert meta["zhuanzai_disclaimer"] == operator.disclaimer


def test_wxr_seconds_are_distinct_stable_and_past(make_record: MakeRecord) -> None:
    posted = {post_date(make_record(n)) for n in range(300)}
    assert len(posted) > 290
    assert {moment.date().isoformat() for moment in posted} == {"2024-08-25"}
    assert post_date(make_record(1)) == post_date(make_record(1, title="更正", seq=99))
    for n in range(50):
        today = make_record(n, first_seen_at="2024-08-25T09:00:00+08:00")
        assert post_date(today) <= datetime.fromisoformat("2024-08-25T09:00:00+08:00")
        minute = make_record(n, date_precision="minute", date_published="2024-08-25T10:03:00+08:00")
        assert post_date(minute).isoformat().startswith("2024-08-25T10:03:")
    exact = make_record(date_precision="second", date_published="2024-08-25T10:03:07+08:00")
    assert post_date(exact).isoformat() == "2024-08-25T10:03:07+08:00"
    assert post_date(make_record(date_published=None)).isoformat() == make_record().first_seen_at
    ahead = make_record(date_published="2026-11-25T00:00:00+08:00")  # a day after it was seen
    assert post_date(ahead).isoformat() == ahead.first_seen_at


def written(folder: Path, records: list[Record], identity: Identity, **options: Any) -> None:
    exporter = MarkdownExporter(folder, identity=identity, **options)
    exporter.start_exporting()
    for record in records:
        exporter.export_item(record)
    exporter.finish_exporting()


@pytest.mark.parametrize(
    ("flavour", "name", "date"),
    [
        ("hugo", "{}/index.md", "2024-08-25T00:00:00+08:00"),
        ("hexo", "{}.md", "2024-08-25 00:00:00"),
    ],
)
def test_markdown_post(
    tmp_path: Path, make_record: MakeRecord, operator: Identity, flavour: str, name: str, date: str
) -> None:
    record = make_record(title='甲: "乙" \u2028丙')
    written(tmp_path, [record], operator, flavour=flavour)
    head, body = (tmp_path / name.format(record.id)).read_text("utf-8")[4:].split("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    front = {key: json.loads(value) for key, value in fields.items()}  # JSON, and so YAML
    assert front["title"] == record.title
    assert "\u2028" not in head
    assert front["date"] == date
    assert front.get("disableNunjucks") is (True if flavour == "hexo" else None)
    assert front["original_url"] == record.url
    assert front["disclaimer"] == operator.disclaimer
    assert body.startswith("\n8月的云湾,船出港。\n\n一张海图\n\n")
    assert operator.disclaimer in body


def test_markdown_post_goes_when_it_is_canceled(
    tmp_path: Path, make_record: MakeRecord, operator: Identity
) -> None:
    record = make_record()
    written(tmp_path, [record, make_record(2)], operator)
    written(tmp_path, [make_record(2), replace(record, status="canceled", seq=3)], operator)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [make_record(2).id]


def test_hexo_makes_no_post_of_the_manifest(
    tmp_path: Path, make_record: MakeRecord, operator: Identity
) -> None:
    folder = tmp_path / "posts"
    written(folder, [make_record()], operator, flavour="hugo")
    assert (folder / "edition.json").exists()
    written(folder, [make_record()], operator, flavour="hexo")
    # What begins with _ or . is no source to Hexo; neither the other manifest nor its files stay.
    assert {path.name for path in folder.iterdir()} == {
        "_edition.json",
        f"{make_record().id}.md",
    }
    written(folder, [], operator, flavour="hexo")
    assert [path.name for path in folder.iterdir()] == ["_edition.json"]


def test_folders_of_posts_are_not_kept(
    tmp_path: Path, make_record: MakeRecord, operator: Identity
) -> None:
    exporter = MarkdownExporter(tmp_path / "posts", identity=operator)
    exporter.start_exporting()
    for number in range(40):
        exporter.export_item(make_record(number))
    assert len(exporter._folders) == 16


def mapped(folder: Path, records: list[Record], identity: Identity) -> None:
    exporter = SitemapExporter(folder, identity=identity)
    exporter.start_exporting()
    for record in records:
        exporter.export_item(record)
    exporter.finish_exporting()


def test_sitemap(
    tmp_path: Path, make_record: MakeRecord, canceled: list[Record], operator: Identity
) -> None:
    mapped(tmp_path, [make_record(1), *canceled], operator)
    assert [e.text for e in etree.parse(tmp_path / "sitemap.xml").getroot()[0]] == [
        f"https://www.example.cn/news/posts/{make_record(1).id}.html",
        "2026-11-24T08:00:00+08:00",
    ]
    assert len(etree.parse(tmp_path / "sitemap.xml").getroot()) == 1


def test_sitemap_of_many_is_an_index(
    tmp_path: Path, make_record: MakeRecord, operator: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporters.sitemap._LIMIT", 2)
    mapped(tmp_path, [make_record(n) for n in range(5)], operator)
    index = etree.parse(tmp_path / "sitemap.xml").getroot()
    assert [e[0].text for e in index] == [
        f"https://www.example.cn/news/sitemap-{n}.xml" for n in (1, 2, 3)
    ]
    assert len(etree.parse(tmp_path / "sitemap-3.xml").getroot()) == 1


def test_sitemap_needs_an_address(tmp_path: Path, identity: Identity) -> None:
    with pytest.raises(ValueError, match="base_url"):
        mapped(tmp_path, [], identity)
