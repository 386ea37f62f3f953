"""A real page of an operator, put back into its source and republished, comes out the same.

The page is not part of the project: where it is missing, so is this test.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from lxml.html import HtmlElement, document_fromstring

from crawler.demo.server import SiteServer
from crawler.reading.page import BLOCKS
from tests.conftest import Scrapy
from tests.site import ROBOTS, article, listing

REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "republished-page.txt"

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_file(), reason="the reference page is not on this machine"
)

IDENTITY = """
network = "{network}"
site_name = "{site_name}"
welcome = "{welcome}"
disclaimer = "{disclaimer}"
notices = ["{notice}", "{remuneration}"]
[footer]
sponsor = "{sponsor}"
supervisor = "{supervisor}"
copyright = "{copyright}"
phones = ["{phones}"]
addresses = ["{addresses}"]
email = "{email}"
"""


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def shown(root: HtmlElement) -> list[str]:
    """The lines of a page as a reader sees them, folded."""
    for element in list(root.iter("title", "style")):
        element.drop_tree()
    for element in root.iter():
        if element.tag in BLOCKS or element.tag == "br":
            element.tail = "\n" + (element.tail or "")
            element.text = "\n" + (element.text or "")
    return [line for line in map(folded, root.text_content().splitlines()) if line]


def test_part_by_part(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    lines = [line.strip() for line in REFERENCE.read_text("utf-8").splitlines() if line.strip()]
    network, welcome, breadcrumb, title, info = lines[:5]
    end = next(i for i, line in enumerate(lines) if line.startswith("原文链接"))
    paragraphs, link, disclaimer = lines[5:end], lines[end], lines[end + 1]
    notice, remuneration, owners, rights, phones, addresses, contact = lines[end + 2 : end + 9]
    assert len(paragraphs) == 77
    sponsor, supervisor = (part.rsplit(maxsplit=1)[0] for part in owners.split(" | "))
    sponsor = sponsor.removesuffix("主办")
    original = link.partition(":")[2]
    url = original.replace("https:", "http:")

    # A source page in which Word has cut every paragraph into spans.
    body = "".join(
        f"<p>　　<span>{line[:7]}</span><span>{line[7:]}</span></p>" for line in paragraphs
    )
    page = article(title, body=body, minute="2024-08-25 10:03", source="")
    text = page[2].decode().replace("2024-08-25 10:03:07", "2024-08-25")
    text = text.replace('content="2024-08-25 10:03"', 'content="2024-08-25"')
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/zgxc/gddt/": listing([("content/post_21570.html", title, "2024-08-25")]),
        "/zgxc/gddt/content/post_21570.html": (200, {"Content-Type": "text/html"}, text.encode()),
    }
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "identity.toml").write_text(
        IDENTITY.format(
            network=network,
            site_name="廉政法治网",
            welcome=welcome,
            disclaimer=disclaimer.partition("]")[2].strip(),
            notice=notice,
            remuneration=remuneration,
            sponsor=sponsor,
            supervisor=supervisor.removesuffix("主管").strip(),
            copyright=rights,
            phones=phones,
            addresses=addresses,
            email=contact.removeprefix("邮箱:"),
        ),
        encoding="utf-8",
    )
    # The site answers as a proxy, so the post keeps its own address.
    scrapy.environment |= {"http_proxy": site.url, "ZHUANZAI_CONTACT": "test@a.example"}
    status, figures, stderr = scrapy.crawl(
        "gdzz", "-a", "channel=gddt", "-a", f"url={url.partition('/content/')[0]}/"
    )
    assert (status, figures.get("created")) == (0, 1), stderr
    done = scrapy("export", "site", "-o", str(tmp_path / "public"))
    assert done.returncode == 0, done.stderr

    (post,) = (tmp_path / "public" / "posts").glob("*.html")
    page_lines = shown(document_fromstring(post.read_text("utf-8")))
    start = page_lines.index(folded(paragraphs[0]))
    assert page_lines[start : start + 77] == [folded(line) for line in paragraphs]
    head = "".join(page_lines[:start])
    for part in (network, welcome, breadcrumb, title, info):
        assert folded(part) in head
    assert head.index(folded(breadcrumb)) < head.index(folded(title)) < head.index(folded(info))
    foot = "".join(page_lines[start + 77 :])
    expected = [link.replace("https:", "http:"), disclaimer, notice, remuneration]
    expected += [owners, rights, phones, addresses, contact]
    places = [foot.index(folded(part)) for part in expected]
    assert places == sorted(places)
