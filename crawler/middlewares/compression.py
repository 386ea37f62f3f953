"""Decompression that knows its bounds and takes no broken stream for a whole one."""

from __future__ import annotations

import zlib

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.errors import Deferred, Refused

# What is asked for (DEFAULT_REQUEST_HEADERS), and the wbits that zlib reads it by.
_WBITS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
_PIECE = 1 << 16  # bytes


class CompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's, which bounds the size, but keeps what it could read of a stream that breaks off,
    and decompresses as many layers as a server names.

    Raises:
        Deferred: `truncated`: the stream does not come to its end.
        Refused: `too_big` after decompression; `bad_encoding`, several layers, or one that nobody
            asked for.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Response:
        names = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        layers = [
            name for part in names.split(",") if (name := part.strip()) not in ("", "identity")
        ]
        if not layers or not response.body:
            return response
        if len(layers) > 1 or layers[0] not in _WBITS:
            raise Refused("bad_encoding", response.url)
        try:
            plain = super().process_response(request, response)
        except IgnoreRequest as error:
            raise Refused("too_big", response.url) from error
        except (OSError, EOFError, zlib.error) as error:
            raise Deferred("truncated", response.url) from error
        assert isinstance(plain, Response)
        if not _is_whole(response.body, layers[0], len(plain.body)):
            raise Deferred("truncated", response.url)
        return plain


def _is_whole(body: bytes, encoding: str, size: int) -> bool:
    """Whether a compressed body of `size` bytes ends where its stream does."""
    # A gzip stream says its size at its end (RFC 1952, 2.3.1): most need no second look.
    if encoding != "deflate" and int.from_bytes(body[-4:], "little") == size & 0xFFFFFFFF:
        return True
    return any(_ends(body, wbits) for wbits in _WBITS[encoding])


def _ends(body: bytes, wbits: int) -> bool:
    rest, whole = body, False
    while rest.strip(b"\0"):  # a file of several streams, padded perhaps
        stream = zlib.decompressobj(wbits=wbits)
        try:
            while rest and not stream.eof:
                stream.decompress(rest, _PIECE)
                rest = stream.unconsumed_tail
        except zlib.error:
            return whole  # what follows a whole stream is not part of it
        if not stream.eof:
            return False
        rest, whole = stream.unused_data, True
    return whole
