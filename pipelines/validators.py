"""What makes requests conditional: the ETag and Last-Modified of responses that were read well."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, Engine, delete, select

from crawler.items import Capture
from crawler.reading.rules import VERSION
from pipelines.archive import Archive, ArchiveError
from pipelines.database import upsert
from pipelines.models import Validator

logger = logging.getLogger(__name__)


class Validators:
    """What is known of a URL's last response, and the response itself."""

    def __init__(self, engine: Engine, archive: Archive) -> None:
        self.engine = engine
        self.archive = archive

    def headers(self, url: str) -> dict[str, str]:
        """Headers that make a request for a URL conditional; {} where nothing is known of it."""
        query = select(Validator).where(Validator.url == url, Validator.rules == VERSION)
        with self.engine.connect() as connection:
            row = connection.execute(query.with_only_columns(*Validator.__table__.c)).first()
        if row is None:
            return {}
        headers = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
        return {name: value for name, value in headers.items() if value}

    def last_capture(self, url: str) -> Capture | None:
        """The last response of a URL that was read well, from the archive."""
        query = select(Validator.capture_sha256).where(Validator.url == url)
        with self.engine.connect() as connection:
            sha256 = connection.execute(query).scalar()
        try:
            return self.archive.load(self.engine, sha256) if sha256 else None
        except ArchiveError as error:
            logger.warning("archive: %s", error)
            return None


def remember(connection: Connection, capture: Capture) -> None:
    """Keep the validators of a response that was read well."""
    values = {
        "url": capture.url,
        "etag": _sendable(capture.header("ETag")),
        "last_modified": _sendable(capture.header("Last-Modified")),
        "rules": VERSION,
        "capture_sha256": capture.sha256,
    }
    if values["etag"] or values["last_modified"]:
        upsert(connection, Validator, values, keys=("url",))
    else:
        forget(connection, capture.url)


def _sendable(value: str) -> str:
    """A header's value that may stand in a request; "" for what may not (RFC 9110, 5.5)."""
    return value if value.isascii() and value.isprintable() else ""


def forget(connection: Connection, url: str) -> None:
    """Ask for a URL whole the next time."""
    connection.execute(delete(Validator).where(Validator.url == url))
