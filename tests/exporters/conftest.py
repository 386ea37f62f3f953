"""Records as the store gives them, harmless and hostile."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Attachment, Image, Record
from exporters.identity import Identity, load_identity

MakeRecord = Callable[..., Record]

IDENTITY = """
network = "示例网络"
site_name = "清风转载网"
base_url = "https://www.example.cn/news"
notices = ["第一条告示。", "第二条告示,{site_name}。"]
[footer]
sponsor = "示例技术有限公司"
supervisor = "示例办公室"
copyright = "{site_name} 版权所有"
phones = ["联系电话:010-00000000", "监督电话:010-00000001"]
report_phone = "010-00000002"
addresses = ["第一办公区:示例街1号", "第二办公区:示例巷2号"]
email = "mail@example.cn"
icp = "示ICP备00000000号"
police = "示公网安备00000000000000号"
"""


@pytest.fixture
def identity() -> Identity:
    """The packaged identity: no base URL, nothing in the footer."""
    return load_identity()


@pytest.fixture
def operator(tmp_path: Path) -> Identity:
    """An operator who filled in everything."""
    path = tmp_path / "operator.toml"
    path.write_text(IDENTITY, encoding="utf-8")
    return load_identity(path)


@pytest.fixture
def make_record() -> MakeRecord:
    def make(number: int = 1, **values: Any) -> Record:
        url = f"https://www.example.gov.cn/zgxc/gddt/content/post_{number}.html"
        usable = {
            "id": hashlib.sha256(url.encode()).hexdigest()[:16],
            "url": url,
            "status": "usable",
            "version": 1,
            "seq": number,
            "title": f"第{number}篇:云湾畅通人才交流",
            "date_published": "2024-08-25T00:00:00+08:00",
            "date_precision": "day",
            "date_raw": "2024-08-25",
            "source": "中共云湾市委组织部",
            "source_inferred": True,
            "publisher": "中共云湾市委组织部",
            "author": "佚名",
            "channel": "zgxc/gddt",
            "section": "廉政要闻",
            "language": "zh-CN",
            "text": "8月的云湾,船出港。\n一张海图\n“先找到人。”",
            "html": "<p>8月的云湾,船出港。</p>\n<p>一张海图</p>\n<p>“先找到人。”</p>",
            "fetched_at": "2026-11-24T08:00:00+08:00",
            "first_seen_at": "2026-11-24T08:00:00+08:00",
            "updated_at": "2026-11-24T08:00:00+08:00",
            "content_hash": "a" * 64,
            "capture_sha256": "b" * 64,
        }
        return Record(**usable | values)

    return make


@pytest.fixture
def canceled(make_record: MakeRecord) -> list[Record]:
    """One withdrawn, one merged into record 1, one taken down."""
    gone = {"status": "canceled", "canceled_at": "2026-11-25T08:00:00+08:00", "text": None}
    gone |= {"html": None}
    return [
        make_record(11, reason="withdrawn", **gone),
        make_record(12, reason="duplicate", duplicate_of=make_record(1).id, **gone),
        Record(
            id="f" * 16,
            url=None,
            status="canceled",
            version=None,
            seq=13,
            reason="taken_down",
            canceled_at="2026-11-25T09:00:00+08:00",
        ),
    ]


@pytest.fixture
def hostile(make_record: MakeRecord) -> Record:
    """What a source could try in every field that it has a say in."""
    script = "<script>alert(1)</script>"
    break_out = (
        f"\"'><img src=x onerror=alert(1)>{script}]]>\x00\x0b\x1b\x7f\x9f\ufffe\ud800{{{{7*7}}}}"
    )
    return make_record(
        666,
        title=f"题{break_out}",
        subtitle=break_out,
        kicker=break_out,
        date_raw=break_out,
        source=break_out,
        source_raw=break_out,
        publisher=break_out,
        authors=[break_out],
        author=break_out,
        editor=break_out,
        channel=break_out,
        section=f"../../{break_out}",
        doc_number=break_out,
        language='x" onclick="alert(1)',
        url='https://www.example.gov.cn/"onmouseover="alert(1)',
        text=break_out,
        html=(
            f"<p onclick=alert(1) style='position:fixed'>正文{break_out}</p>"
            '<a href="javascript:alert(1)">a</a><a href="JaVa\tScript&colon;alert(1)">b</a>'
            '<a href="data:text/html,x">c</a><a href="//evil.example/">d</a>'
            '<img src="javascript:alert(1)" alt="e">'
            '<img src="https://i.example/1.png" alt="图&quot;<b>">'
            "<svg><a xlink:href='javascript:alert(1)'><text>f</text></a></svg>"
            "<math><mtext><table><mglyph><style><!--</style>"
            "<img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>"
            "<iframe srcdoc='x'></iframe><style>*{}</style><form action=/x><input name=q></form>"
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>"
            "&#x1f;&#0;<plaintext>"
        ),
        images=[
            Image("javascript:alert(1)", break_out),
            Image("https://i.example/1.png", break_out),
        ],
        attachments=[
            Attachment(break_out, "javascript:alert(1)"),
            Attachment(
                f"../../etc/passwd{break_out}", 'https://f.example/a.pdf?"onclick="alert(1)'
            ),
        ],
        duplicates=["javascript:alert(1)", "https://d.example/1"],
    )
