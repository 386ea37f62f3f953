import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from crawler.items import Attachment, Record
from exporters.identity import Identity
from exporters.site import SiteExporter

MakeRecord = Callable[..., Record]


def export(
    folder: Path, records: list[Record], identity: Identity, *, rebuild: bool = False
) -> None:
    exporter = SiteExporter(folder, identity=identity, rebuild=rebuild)
    exporter.start_exporting()
    for record in records:
        exporter.export_item(record)
    exporter.finish_exporting()


def read(path: Path) -> Any:
    return html.fromstring(path.read_bytes().decode())


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def texts(page: Any, css: str) -> list[str]:
    return [text(element) for element in page.cssselect(css)]


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "edition.json").read_bytes()))


@pytest.fixture
def post(tmp_path: Path, make_record: MakeRecord, operator: Identity) -> Any:
    """The page of a post that has everything."""
    record = make_record(
        kicker="引题",
        subtitle="——副题",
        doc_number="云组〔2024〕3号",
        source="云湾日报",
        authors=["张三", "李四"],
        author="张三、李四",
        editor="王五",
        attachments=[Attachment("附件1:名单.xlsx", "https://f.example/1.xlsx")],
    )
    export(tmp_path / "site", [record], operator)
    return read(tmp_path / "site" / "posts" / f"{record.id}.html")


def test_page_reads_like_the_one_it_imitates(
    tmp_path: Path, make_record: MakeRecord, operator: Identity
) -> None:
    record = make_record()
    export(tmp_path, [record], operator)
    page = read(tmp_path / "posts" / f"{record.id}.html")
    page.cssselect(".skip")[0].drop_tree()
    lines = [text(e) for e in page.cssselect("body p, body nav, body h1") if text(e)]
    assert lines == [
        "示例网络",
        "清风转载网",
        "欢迎来到清风转载网!",
        "搜索 归档 订阅",
        "当前所在:首页 > 廉政要闻 > 正文",
        "第1篇:云湾畅通人才交流",
        "发布时间:2024-08-25 来源:中共云湾市委组织部 作者:佚名",
        "8月的云湾,船出港。",
        "一张海图",
        "“先找到人。”",
        f"原文链接:{record.url}",
        f"[免责声明] {operator.disclaimer}",
        "第一条告示。",
        "第二条告示,清风转载网。",
        "示例技术有限公司 主办 | 示例办公室 主管",
        "清风转载网 版权所有",
        "联系电话:010-00000000，监督电话:010-00000001",
        "违法和不良信息举报电话:010-00000002",
        "第一办公区:示例街1号；第二办公区:示例巷2号",
        "邮箱:mail@example.cn",
        "示ICP备00000000号 示公网安备00000000000000号",
        "RSS Atom JSON Feed",
    ]


def test_what_a_post_may_have_besides(post: Any) -> None:
    article = post.cssselect("article")[0]
    assert [text(e) for e in article.cssselect(".head > p, .head > h1")] == [
        *("引题", "第1篇:云湾畅通人才交流", "——副题", "云组〔2024〕3号"),
        "发布时间:2024-08-25 来源:云湾日报 作者:张三、李四",
    ]
    assert texts(article, ".files li a") == ["附件1:名单.xlsx"]
    assert texts(article, ".editor") == ["责任编辑:王五"]


def test_original_is_linked_named_and_canonical(post: Any) -> None:
    url = "https://www.example.gov.cn/zgxc/gddt/content/post_1.html"
    (link,) = post.cssselect(".origin a")
    assert (link.get("href"), text(link)) == (url, f"原文链接:{url}")
    assert link.get("rel") == "noopener noreferrer nofollow external"
    assert post.cssselect("link[rel=canonical]")[0].get("href") == url


def test_filing_numbers_lead_to_the_registers(post: Any) -> None:
    assert [(link.get("href"), text(link)) for link in post.cssselect(".filing a")] == [
        ("https://beian.miit.gov.cn/", "示ICP备00000000号"),
        ("https://beian.mps.gov.cn/", "示公网安备00000000000000号"),
    ]


def test_microdata(post: Any) -> None:
    (article,) = post.cssselect("[itemtype='https://schema.org/NewsArticle']")
    said = [
        (
            e.get("itemprop"),
            e.get("content") or e.get("datetime") or e.get("href") or text(e)[:8],
        )
        for e in article.cssselect("[itemprop]")
    ]
    assert said == [
        ("headline", "第1篇:云湾畅通"),
        ("alternativeHeadline", "——副题"),
        ("datePublished", "2024-08-25"),
        ("author", "张三"),
        ("author", "李四"),
        ("publisher", "中共云湾市委组织部"),
        ("articleBody", "8月的云湾,船出"),
        ("isBasedOn", "https://www.example.gov.cn/zgxc/gddt/content/post_1.html"),
    ]


def test_empty_slots_print_nothing(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    record = make_record(
        date_published=None, date_precision=None, date_raw=None, source=None, section=None
    )
    export(tmp_path, [record], identity)
    page = read(tmp_path / "posts" / f"{record.id}.html")
    assert texts(page, ".info") == ["作者:佚名"]
    assert texts(page, ".crumbs") == ["当前所在:首页 > 正文"]
    assert texts(page, "footer p") == ["RSS Atom JSON Feed"]
    assert not page.cssselect(".network, .kicker, .subtitle, .number, .editor, .files, .filing")


def test_pictures_become_links_and_tables_scroll(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    record = make_record(
        html='<figure><img src="https://i.example/1.png" alt="图一">'
        "<figcaption>图一</figcaption></figure>"
        '<p>文中<img src="https://i.example/2.png">图</p>'
        '<table><tbody><tr><td colspan="2">格</td></tr></tbody></table>'
    )
    export(tmp_path, [record], identity)
    page = read(tmp_path / "posts" / f"{record.id}.html")
    assert not page.cssselect("img")
    assert [(a.get("href"), text(a)) for a in page.cssselect(".body a")] == [
        ("https://i.example/1.png", "图片:图一"),
        ("https://i.example/2.png", "图片:查看原图"),
    ]
    assert texts(page, ".body") == ["图片:图一文中图片:查看原图图格"]
    assert page.cssselect(".body > .table > table td")[0].get("colspan") == "2"


def test_home_lists_the_newest_first_and_the_rest_thirty_a_page(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    records = [
        make_record(n, date_published=f"2024-0{n // 28 + 1}-{n % 28 + 1:02}T00:00:00+08:00")
        for n in range(61)
    ][1:]
    export(tmp_path, records, identity)
    pages = [read(tmp_path / name) for name in ("index.html", "index_2.html", "index_3.html")]
    assert not (tmp_path / "index_4.html").exists()
    titles = [title for page in pages for title in texts(page, ".lead h1, .posts li > a")]
    assert titles == [record.title for record in reversed(records)]
    assert [len(page.cssselect(".posts li")) for page in pages] == [19, 30, 10]
    assert [[a.get("href") for a in page.cssselect(".pages a, .all a")] for page in pages] == [
        ["index_2.html"],
        ["index.html", "index_3.html"],
        ["index_2.html"],
    ]


def test_sections_have_pages_in_the_order_of_the_identity(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    names = ["其他", "公务员考录", "廉政要闻", "廉政要闻"]
    export(tmp_path, [make_record(n, section=s) for n, s in enumerate(names)], identity)
    links = read(tmp_path / "index.html").cssselect(".sections a")
    assert [(text(link), link.get("href")) for link in links] == [
        ("首页", "index.html"),
        ("廉政要闻", "sections/lianzheng/index.html"),
        ("公务员考录", "sections/kaolu/index.html"),
        ("其他", "sections/sd2909f1647/index.html"),
    ]
    page = read(tmp_path / "sections" / "lianzheng" / "index.html")
    assert len(page.cssselect(".posts li")) == 2


def test_every_internal_link_is_relative_and_leads_somewhere(
    tmp_path: Path, make_record: MakeRecord, canceled: list[Record], operator: Identity
) -> None:
    records = [make_record(n) for n in (1, *range(20, 60))]
    export(tmp_path, [*records, *canceled], operator)
    found = 0
    for path in tmp_path.rglob("*.html"):
        for element, _, link, _ in read(path).iterlinks():
            if element.get("rel") == "canonical" or link.startswith(("https:", "mailto:", "#")):
                continue
            assert (path.parent / link).is_file(), f"{path}: {link}"
            found += 1
    assert found > 100


def test_nothing_is_loaded_but_our_stylesheet(
    tmp_path: Path, make_record: MakeRecord, canceled: list[Record], operator: Identity
) -> None:
    export(tmp_path, [make_record(), *canceled], operator)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) == 9
    for path in pages:
        page = read(path)
        assert page.get("lang") == "zh-CN"
        (policy,) = page.cssselect("meta[http-equiv=Content-Security-Policy]")
        assert policy.get("content").startswith("default-src 'none'; style-src 'self';")
        scripts = [script.get("src") for script in page.cssselect("script")]
        assert scripts == (["search.js"] if path.name == "search.html" else [])
        assert ("script-src 'self'" in policy.get("content")) is bool(scripts)
        assert not page.cssselect("style, iframe, img, object, [src]:not(script), [style]")
        (sheet,) = page.cssselect("link[rel=stylesheet]")
        assert (path.parent / sheet.get("href")).resolve() == tmp_path / "style.css"
        assert page.cssselect("link[type='application/rss+xml']")
    assert not re.search(r"@import|url\(", (tmp_path / "style.css").read_text(encoding="utf-8"))


def test_hostile_record_is_harmless(tmp_path: Path, hostile: Record, operator: Identity) -> None:
    folder = tmp_path / "site"
    export(folder, [hostile], operator)
    assert {name for name in files(folder) if not name.startswith("sections/s")} == {
        *("index.html", "feed.xml", "atom.xml", "feed.json", "style.css", "edition.json"),
        *("archive/index.html", "archive/2024-08.html", "search.html", "search.js", "gone.txt"),
        *("sitemap.xml", f"posts/{hostile.id}.html"),
    }
    assert {path.name for path in tmp_path.iterdir()} == {"site", "operator.toml"}
    for path in folder.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        scripts = re.findall("<script[^>]*>", source.lower())
        assert scripts == ['<script src="search.js" defer>'] * (path.name == "search.html")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe]", source)
        shown = path.parent.name != "archive" and path.name != "search.html"
        assert not shown or "{{7*7}}" in source  # not evaluated
        for element in html.fromstring(source).iter(etree.Element):
            names = [name.lower() for name in element.attrib]
            assert not [name for name in names if name.startswith("on") or name == "srcdoc"]
            for name in ("href", "src", "action"):
                scheme = (element.get(name) or "").partition(":")[0].strip().lower()
                assert scheme not in ("javascript", "data", "vbscript"), element.get(name)


def test_canceled_post_leaves_a_notice(
    tmp_path: Path, make_record: MakeRecord, canceled: list[Record], identity: Identity
) -> None:
    leaking = make_record(14, status="canceled", reason="withdrawn")
    export(tmp_path, [make_record(), *canceled, leaking], identity)
    withdrawn, duplicate, taken_down, leaked = (
        read(tmp_path / "posts" / f"{record.id}.html") for record in [*canceled, leaking]
    )
    for page in (withdrawn, duplicate, taken_down, leaked):
        assert page.cssselect("meta[name=robots]")[0].get("content") == "noindex"
        assert "船出港" not in text(page)
    assert texts(withdrawn, "h1") == texts(taken_down, "h1") == ["本文已撤回"]
    assert texts(duplicate, "h1") == ["本文已转为另一篇"]
    assert duplicate.cssselect(".notice a")[0].get("href") == f"../posts/{make_record().id}.html"
    assert len(read(tmp_path / "index.html").cssselect(".lead, .posts li")) == 1
    gone = (tmp_path / "gone.txt").read_text().splitlines()[1:]
    assert gone == sorted(f"/posts/{record.id}.html" for record in [*canceled, leaking])


def test_feed_has_the_fifty_newest(
    tmp_path: Path, make_record: MakeRecord, canceled: list[Record], identity: Identity
) -> None:
    days = [f"2024-{n // 28 + 1:02}-{n % 28 + 1:02}T00:00:00+08:00" for n in range(70)]
    records = [make_record(100 + n, date_published=day) for n, day in enumerate(days)]
    export(tmp_path, [*records, *canceled], identity)
    feed = etree.parse(tmp_path / "feed.xml")
    found = feed.xpath("//guid/text()")
    newest = [*(record.id for record in canceled), *(r.id for r in reversed(records))]
    assert len(found) == 50
    assert set(found) == {f"urn:zhuanzai:{name}" for name in newest[:50]}
    assert found[3] == f"urn:zhuanzai:{records[-1].id}"


def test_manifest_names_every_file(
    tmp_path: Path, make_record: MakeRecord, canceled: list[Record], identity: Identity
) -> None:
    export(tmp_path, [make_record(5), *canceled], identity)
    edition = manifest(tmp_path)
    assert edition["seq"] == {"after": 0, "first": 5, "last": 13}
    assert edition["records"] == {"usable": 1, "canceled": 3}
    on_disk = {name: data for name, (_, data) in files(tmp_path).items() if name != "edition.json"}
    for entry in edition["files"].values():
        entry.pop("made_from", None)
    assert edition["files"] == {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in on_disk.items()
    }
    assert "stale" not in edition


def test_same_records_rewrite_no_file(
    tmp_path: Path, make_record: MakeRecord, canceled: list[Record], operator: Identity
) -> None:
    records = [*(make_record(n) for n in range(20, 60)), *canceled]
    export(tmp_path, records, operator)
    before = files(tmp_path)
    export(tmp_path, records, operator)
    assert files(tmp_path) == before


def test_rebuild_rewrites_every_file(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    export(tmp_path, [make_record()], identity)
    before = files(tmp_path)
    export(tmp_path, [make_record()], identity, rebuild=True)
    after = files(tmp_path)
    assert {n: data for n, (_, data) in after.items()} == {n: d for n, (_, d) in before.items()}
    assert all(after[name][0] > before[name][0] for name in before)


def test_correction_rewrites_what_shows_it(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    export(tmp_path, [make_record(1), make_record(2)], identity)
    before = files(tmp_path)
    export(tmp_path, [make_record(2), make_record(1, seq=3, title="更正")], identity)
    after = files(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {
        *("index.html", "sections/lianzheng/index.html", "archive/2024-08.html", "search.js"),
        *("feed.xml", "atom.xml", "feed.json", "sections/lianzheng/feed.xml", "edition.json"),
        f"posts/{make_record(1).id}.html",
    }


def test_stale_pages_go_and_foreign_files_stay(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    for name in ("robots.txt", "posts.jsonl", "posts/mine.html", ".well-known/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    export(tmp_path, [make_record(n) for n in range(21)], identity)
    assert (tmp_path / "index_2.html").exists()
    export(tmp_path, [make_record(n, section="通知公告") for n in range(20)], identity)
    left = files(tmp_path)
    assert "index_2.html" not in left
    assert f"posts/{make_record(20).id}.html" not in left
    assert not (tmp_path / "sections" / "lianzheng").exists()
    for name in ("robots.txt", "posts.jsonl", "posts/mine.html", ".well-known/x"):
        assert left[name][1] == b"mine"


def test_killed_removal_is_taken_up_again(
    tmp_path: Path,
    make_record: MakeRecord,
    identity: Identity,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export(tmp_path, [make_record(n) for n in range(21)], identity)

    def killed(self: SiteExporter, names: list[str]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SiteExporter, "_remove", killed)
        with pytest.raises(KeyboardInterrupt):
            export(tmp_path, [make_record(n) for n in range(20)], identity)
    assert "index_2.html" in manifest(tmp_path)["stale"]
    export(tmp_path, [make_record(n) for n in range(20)], identity)
    assert not (tmp_path / "index_2.html").exists()
    assert "stale" not in manifest(tmp_path)


def test_manifest_cannot_point_outside(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    (tmp_path / "outside").write_text("mine")
    folder = tmp_path / "site"
    export(folder, [make_record()], identity)
    edition = manifest(folder)
    edition["files"] |= {"../outside": {}, str(tmp_path / "outside"): {}}
    (folder / "edition.json").write_text(json.dumps(edition))
    export(folder, [make_record()], identity)
    assert (tmp_path / "outside").read_text() == "mine"


def test_interrupted_export_leaves_complete_files_and_is_finished_later(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    records = [make_record(n) for n in range(5)]
    whole, folder = tmp_path / "whole", tmp_path / "folder"
    export(whole, records, identity)
    half = SiteExporter(folder, identity=identity)
    half.start_exporting()
    for record in records[:3]:
        half.export_item(record)
    assert {name: data for name, (_, data) in files(folder).items()} == {
        name: (whole / name).read_bytes() for name in files(folder)
    }
    assert not (folder / "edition.json").exists()
    export(folder, records, identity)
    assert {n: data for n, (_, data) in files(folder).items()} == {
        n: data for n, (_, data) in files(whole).items()
    }


def test_failed_write_leaves_the_old_file(
    tmp_path: Path,
    make_record: MakeRecord,
    identity: Identity,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export(tmp_path, [make_record()], identity)
    before = files(tmp_path)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("exporters.storage.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        export(tmp_path, [make_record(title="更正")], identity)
    assert files(tmp_path) == before


@pytest.mark.parametrize("name", ["index.html", "style.css", "edition.json"])
def test_file_of_somebody_else_is_never_overwritten(
    tmp_path: Path, make_record: MakeRecord, identity: Identity, name: str
) -> None:
    (tmp_path / name).write_text("<p>mine</p>")
    with pytest.raises(FileExistsError, match=name):
        export(tmp_path, [make_record()], identity)
    assert (tmp_path / name).read_text() == "<p>mine</p>"


def test_folder_that_is_a_file(tmp_path: Path, identity: Identity) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(NotADirectoryError):
        export(tmp_path / "site", [], identity)


def test_id_that_is_no_file_name(
    tmp_path: Path, make_record: MakeRecord, identity: Identity
) -> None:
    with pytest.raises(ValueError, match="no record id"):
        export(tmp_path, [make_record(id="../x")], identity)


def test_empty_site(tmp_path: Path, identity: Identity) -> None:
    export(tmp_path, [], identity)
    assert texts(read(tmp_path / "index.html"), "main p") == ["暂无文章"]


def test_bodies_are_not_kept(tmp_path: Path, make_record: MakeRecord, identity: Identity) -> None:
    exporter = SiteExporter(tmp_path, identity=identity)
    exporter.start_exporting()
    for n in range(60):
        exporter.export_item(make_record(n, html=f"<p>正文{n}</p>"))
    assert len([None for _, record in exporter._newest[""] if record.html]) == 50
    assert len(exporter._posts) == 60
    assert not [post for post in exporter._posts.newest() if "正文" in repr(post)]


def brightness(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
@pytest.mark.parametrize("ink", ["ink", "soft", "seal", "link"])
def test_contrast_is_at_least_wcag_aa(
    tmp_path: Path, identity: Identity, scheme: int, ground: str, ink: str
) -> None:
    export(tmp_path, [], identity)
    sheet = (tmp_path / "style.css").read_text(encoding="utf-8")
    colours = [re.findall(rf"--{name}: (#\w+)", sheet)[scheme] for name in (ground, ink)]
    dark, light = sorted(brightness(colour) for colour in colours)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
