"""exporters/README.md shows what comes out, to the character."""

import re
import tempfile
from datetime import UTC, datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from scrapy.utils.misc import load_object

from crawler.items import Attachment, Record
from crawler.settings import EXPORT_FORMATS
from exporters.csv import COLUMNS
from exporters.destinations import load_destinations
from exporters.folder import FolderExporter
from exporters.identity import load_identity

README = files("exporters").joinpath("README.md").read_text("utf-8")
SHOWN = ("jsonl", "csv", "rss", "atom", "jsonfeed", "wxr", "hugo", "hexo", "sitemap")
URL = "https://www.example.gov.cn/tzgg/content/post_1.html"
POST = Record(
    id="0f1e2d3c4b5a6978",
    url=URL,
    status="usable",
    version=1,
    seq=7,
    title="关于开展自查的通知",
    date_published="2024-08-25T00:00:00+08:00",
    date_precision="day",
    date_raw="2024-08-25",
    source="云湾日报",
    source_raw="云湾日报",
    source_inferred=False,
    publisher="云湾市人民政府",
    authors=["张三"],
    author="张三",
    channel="tzgg",
    section="通知公告",
    language="zh-CN",
    text="正文。",
    html="<p>正文。</p>",
    attachments=[Attachment("附件.pdf", "https://www.example.gov.cn/1.pdf")],
    fetched_at="2026-11-24T08:00:00+08:00",
    first_seen_at="2026-11-24T08:00:00+08:00",
    updated_at="2026-11-24T08:00:00+08:00",
    content_hash="a" * 64,
    capture_sha256="b" * 64,
)
GONE = Record(
    id="8796a5b4c3d2e1f0",
    url=None,
    status="canceled",
    version=None,
    seq=9,
    reason="taken_down",
    canceled_at="2026-11-25T08:00:00+08:00",
)
IDENTITY = """
site_name = "清风转载网"
base_url = "https://www.example.cn"
welcome = ""
disclaimer = "如有异议请告知本站。"
"""


def example(name: str) -> str:
    """What a post and a post that was taken down become."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "identity.toml").write_text(IDENTITY, encoding="utf-8")
        identity = load_identity(Path(folder) / "identity.toml")
        format = name if name in EXPORT_FORMATS else "markdown"
        exporter = load_object(EXPORT_FORMATS[format])
        file = BytesIO()
        if issubclass(exporter, FolderExporter):
            options = {"flavour": name} if format == "markdown" else {}
            writer = exporter(Path(folder) / "out", identity=identity, **options)
        else:
            updated = datetime(2026, 11, 25, tzinfo=UTC)
            writer = exporter(file, identity=identity, updated=updated)
        writer.start_exporting()
        for record in (POST, GONE):
            writer.export_item(record)
        writer.finish_exporting()
        out = sorted((Path(folder) / "out").rglob("*.md")) or [Path(folder) / "out" / "sitemap.xml"]
        return file.getvalue().decode() or out[0].read_text("utf-8")


def block(heading: str) -> str:
    """The first code block below a heading."""
    found = re.search(rf"^#+ `?{heading}`?.*?^```\w*\n(.*?)^```", README, re.S | re.M)
    assert found, heading
    return found[1]


@pytest.mark.parametrize("name", SHOWN)
def test_example_is_what_comes_out(name: str) -> None:
    assert block(name).rstrip() == example(name).lstrip("\ufeff").replace("\r\n", "\n").rstrip()


def test_every_format_is_described() -> None:
    table = set(re.findall(r"^\| `(\w+)` \|", README, re.M))
    assert table == set(EXPORT_FORMATS)


def test_every_column_is_named() -> None:
    assert ",".join(COLUMNS) in README


def test_destinations_of_the_example_load(tmp_path: Path) -> None:
    file = tmp_path / "destinations.toml"
    file.write_text(block("Destinations"), encoding="utf-8")
    assert [d.name for d in load_destinations(file, EXPORT_FORMATS)] == ["www", "cms", "blog"]
