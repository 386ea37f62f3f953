"""Pictures and attachments that we keep copies of: which, how, and where they come out."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from lxml import html as lxml_html
from PIL import Image
from scrapy.pipelines.media import FileException

from crawler.demo.server import Answer, SiteServer
from pipelines.media import Media, media_name, purge_media
from pipelines.mirror import redraw
from tests.conftest import Scrapy
from tests.site import ROBOTS, article, listing

PIXELS = 40_000_000


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.new(mode, size, "red" if mode != "RGBA" else (255, 0, 0, 0)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
@pytest.mark.parametrize(("ending", "made"), [(".jpg", "JPEG"), (".png", "PNG")])
def test_pictures_are_drawn_anew(kind: str, ending: str, made: str) -> None:
    trailing = b"<script>alert(1)</script>"
    _, file = redraw(BytesIO(picture(kind) + trailing), ending=ending, smallest=16, largest=PIXELS)
    assert trailing not in file.getvalue()
    with Image.open(file) as image:
        assert (image.format, image.size) == (made, (40, 30))


def test_nothing_but_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    file = BytesIO()
    Image.new("RGB", (20, 20)).save(file, "JPEG", exif=exif, comment=b"who took it")
    _, drawn = redraw(file, ending=".jpg", smallest=16, largest=PIXELS)
    assert b"taken" in file.getvalue()
    assert b"taken" not in drawn.getvalue()
    assert b"who took it" not in drawn.getvalue()


def test_transparent_becomes_white_where_it_cannot_stay() -> None:
    image, _ = redraw(
        BytesIO(picture("PNG", mode="RGBA")), ending=".jpg", smallest=16, largest=PIXELS
    )
    assert image.getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (picture("GIF", (1, 1)), "1 x 1"),
        (picture("PNG", (400, 2)), "400 x 2"),
        (picture("PNG", (7000, 6000), "1"), "7000 x 6000"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a picture"),
        (b"<html>404", "not a picture"),
        (picture("PNG")[:60], "not a picture"),
    ],
)
def test_what_is_no_picture_to_show_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(FileException, match=complaint):
        redraw(BytesIO(content), ending=".png", smallest=16, largest=PIXELS)


def test_copies_are_found_and_purged(tmp_path: Path) -> None:
    url, other = "https://a.example/1.png", "https://a.example/2.png"
    (tmp_path / f"{media_name(url)}.png").write_bytes(b"1")
    (tmp_path / f".{media_name(other)}.png.17").write_bytes(b"torn")
    assert Media(tmp_path).find(url) == tmp_path / f"{media_name(url)}.png"
    assert Media(tmp_path).find(other) is None
    assert Media(tmp_path / "none").find(url) is None
    assert purge_media(tmp_path, [url, other]) == 1
    assert Media(tmp_path).find(url) is None


@pytest.fixture
def illustrated(site: SiteServer) -> str:
    """A list of one post with pictures and files of all kinds; its address."""
    body = (
        "<p>第一段说明这件事情的来龙去脉，长到足以成为一篇文章的正文。</p><p>图片和附件如下。</p>"
        '<p><img src="/a.png" alt="图一"></p><p><img src="/dot.gif" alt=""></p>'
        '<p><img src="https://pictures.example/foreign.png" alt="别处的图"></p>'
        '<p><a href="/f.pdf">附件1.pdf</a></p><p><a href="/gone.pdf">附件2.pdf</a></p>'
        "<p>最后一段说明联系人和联系电话，请各单位遵照执行。</p>"
    )
    answers: dict[str, Answer | Callable[..., Answer]] = {
        "/robots.txt": ROBOTS,
        "/tzgg/": listing([("/tzgg/content/post_1.html", "关于图片的通知公告", "2024-08-25")]),
        "/tzgg/content/post_1.html": article("关于图片的通知公告", body=body),
        "/a.png": (200, {"Content-Type": "image/png"}, picture("PNG")),
        "/dot.gif": (200, {"Content-Type": "image/gif"}, picture("GIF", (1, 1))),
        "/f.pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 words"),
        "/gone.pdf": (200, {"Content-Type": "text/html"}, b"<html>404"),
    }
    site.answers.update(answers)
    return f"{site.url}tzgg/"


def test_site_shows_copies_until_they_are_purged(
    scrapy: Scrapy, site: SiteServer, tmp_path: Path, illustrated: str
) -> None:
    status, figures, errors = scrapy.crawl(
        "channel", "-a", f"url={illustrated}", "-s", "MIRROR_MEDIA=1"
    )
    assert (status, figures["created"]) == (0, 1), errors
    kept = sorted(path.name for path in (tmp_path / "data" / "media").iterdir())
    assert kept == sorted(
        [f"{media_name(f'{site.url}a.png')}.png", f"{media_name(f'{site.url}f.pdf')}.pdf"]
    )
    public = tmp_path / "public"
    done = scrapy("export", "site", "-o", str(public), "--media")
    assert done.returncode == 0, done.stderr
    (page,) = (public / "posts").iterdir()
    post = lxml_html.fromstring(page.read_text("utf-8"))
    pictures = [image.get("src") for image in post.cssselect("img")]
    assert pictures == [f"../media/{name}" for name in kept if name.endswith(".png")]
    assert (page.parent / str(pictures[0])).is_file()
    links = {link.text_content(): link.get("href") for link in post.cssselect("article a")}
    assert links["图片:查看原图"] == f"{site.url}dot.gif"
    assert links["图片:别处的图"] == "https://pictures.example/foreign.png"
    assert links["附件1.pdf"] == f"../media/{media_name(f'{site.url}f.pdf')}.pdf"
    assert links["附件2.pdf"] == f"{site.url}gone.pdf"

    done = scrapy("takedown", page.stem, "--reason", "test", "--purge")
    assert done.returncode == 0, done.stderr
    assert "2 copied files" in done.stdout
    assert list((tmp_path / "data" / "media").iterdir()) == []
    assert not (public / "media").exists()
    assert json.loads((public / "edition.json").read_text())["records"] == {
        "usable": 0,
        "canceled": 1,
    }
