"""Keep our own copies of a post's pictures and attachments (setting MIRROR_MEDIA).

Requests go through the same middlewares as any other: a source's own hosts, robots.txt, pace. What
they refuse, or what is too large, too many or of another kind, stays a link to the original.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar
from urllib.parse import urlsplit

from PIL import Image, ImageOps, UnidentifiedImageError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.pipelines.files import FilesPipeline, FSFilesStore
from scrapy.pipelines.images import ImagesPipeline
from scrapy.pipelines.media import FileException, MediaPipeline

from crawler.items import Record
from pipelines.media import media_name

# What a file of these endings begins with; a page that says "not found" begins otherwise.
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_BEGINNINGS = {
    **dict.fromkeys((".doc", ".xls", ".ppt", ".wps", ".et", ".dps"), (_OLE, _ZIP)),
    **dict.fromkeys((".docx", ".xlsx", ".pptx", ".ofd", ".zip"), (_ZIP, _OLE)),
    ".pdf": (b"%PDF-",),
    ".rar": (b"Rar!",),
    ".7z": (b"7z\xbc\xaf",),
}
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


class _WholeFiles(FSFilesStore):
    """Scrapy's store on a disk, except that a file is there whole or not at all."""

    def persist_file(
        self, path: str | os.PathLike[str], buf: BytesIO, info: Any, *_: Any, **__: Any
    ) -> None:
        target = Path(self.basedir, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}")
        with aside.open("wb") as file:
            file.write(buf.getvalue())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)


class _Mirror(FilesPipeline):
    """What pictures and files have in common."""

    STORE_SCHEMES: ClassVar[dict[str, Any]] = {"": _WholeFiles, "file": _WholeFiles}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        if not crawler.settings.getbool("MIRROR_MEDIA"):
            raise NotConfigured
        return cls(crawler.settings["MEDIA_DIR"], crawler=crawler)

    def get_media_requests(self, item: Any, info: MediaPipeline.SpiderInfo) -> list[Request]:
        if not isinstance(item, Record) or item.status != "usable":
            return []
        settings = self.crawler.settings
        meta = {"download_maxsize": settings.getint("MEDIA_MAX_SIZE")}
        wanted = dict(self._wanted(item))
        return [
            Request(url, callback=NO_CALLBACK, meta=meta | {"ending": ending})
            for url, ending in list(wanted.items())[: settings.getint("MEDIA_MAX_COUNT")]
        ]

    def item_completed(self, results: Any, item: Any, info: MediaPipeline.SpiderInfo) -> Any:
        return item

    def file_path(self, request: Request, *_: Any, **__: Any) -> str:
        return f"{media_name(request.url)}{request.meta['ending']}"

    @abstractmethod
    def _wanted(self, record: Record) -> Iterator[tuple[str, str]]:
        """Addresses, each with the ending of its copy."""


class MirrorFilesPipeline(_Mirror):
    """Attachments of a known kind, byte for byte."""

    def _wanted(self, record: Record) -> Iterator[tuple[str, str]]:
        for file in record.attachments:
            endings = (PurePosixPath(urlsplit(file.url).path), PurePosixPath(file.name))
            known = [path.suffix.lower() for path in endings if path.suffix.lower() in _BEGINNINGS]
            if known:
                yield file.url, known[0]

    def file_downloaded(
        self, response: Response, request: Request, info: Any, *, item: Any = None
    ) -> Any:
        if not response.body.startswith(_BEGINNINGS[request.meta["ending"]]):
            raise FileException(f"not a {request.meta['ending']} file")
        return super().file_downloaded(response, request, info, item=item)


class MirrorImagesPipeline(_Mirror, ImagesPipeline):
    """Pictures, drawn anew: what else a file holds stays behind.

    JPEG for photos, PNG for the rest. Those below MEDIA_MIN_PIXELS a side count visitors or
    draw lines; those above MEDIA_MAX_PIXELS in all would fill the memory.
    """

    def _wanted(self, record: Record) -> Iterator[tuple[str, str]]:
        for image in record.images:
            ending = PurePosixPath(urlsplit(image.url).path).suffix.lower()
            yield image.url, ".png" if ending in (".png", ".gif", ".bmp", ".webp") else ".jpg"

    def get_images(
        self, response: Response, request: Request, info: Any, *, item: Any = None
    ) -> Iterator[tuple[str, Image.Image, BytesIO]]:
        image, content = redraw(
            BytesIO(response.body),
            ending=request.meta["ending"],
            smallest=self.crawler.settings.getint("MEDIA_MIN_PIXELS"),
            largest=self.crawler.settings.getint("MEDIA_MAX_PIXELS"),
        )
        yield self.file_path(request), image, content


def redraw(
    file: IO[bytes], *, ending: str, smallest: int, largest: int
) -> tuple[Image.Image, BytesIO]:
    """A picture in a file of its own.

    Args:
        file: JPEG, PNG, GIF (its first frame), WebP or BMP.
        ending: `.jpg` or `.png`, what is to be made of it.
        smallest: pixels that each side must have.
        largest: pixels in all; nothing is decoded before that is known.

    Raises:
        FileException: it is none of these, broken, too small or too large.
    """
    try:
        with Image.open(file, formats=_FORMATS) as opened:
            width, height = opened.size
            if min(width, height) < smallest or width * height > largest:
                raise FileException(f"a picture of {width} x {height} pixels")
            image = ImageOps.exif_transpose(opened)
            if ending == ".jpg":
                flat = Image.new("RGB", image.size, "white")
                see_through = image.convert("RGBA")
                flat.paste(see_through, mask=see_through.getchannel("A"))
                image = flat
            elif image.mode not in ("RGB", "RGBA", "L", "1"):
                image = image.convert("RGBA")
            image.info = {}
            content = BytesIO()
            if ending == ".jpg":
                image.save(content, "JPEG", quality=90)
            else:
                image.save(content, "PNG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise FileException(f"not a picture: {error}") from error
    return image, content
