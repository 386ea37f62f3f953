"""The two items: what is read from a page (Article) and what is kept and exported (Record).

Everything else in the project imports from here; this module imports nothing of the project.
All datetimes are timezone-aware; all text is `str` without control characters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Precision = Literal["day", "minute", "second"]
Status = Literal["usable", "canceled"]
CancelReason = Literal["withdrawn", "taken_down", "duplicate"]


class NotAnArticle(Exception):
    """The page carries no article: an error, login or list page, a challenge, an empty body.

    `reason` is a short snake_case word that runs count by; `detail` quotes what showed it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True, frozen=True)
class Candidate:
    """One reading of a field, with the place on the page that shows it."""

    raw: str
    """The text as printed, white space folded."""
    origin: str
    """Who says so: `meta:PubDate`, `info:来源`, `css:h3.zw-title`, `list`, `byline` …"""
    line: int | None = None
    """Line of the decoded page source, counted from 1, where the element starts."""
    xpath: str = ""
    """Position of the element in the page; empty where there is none (URL, list row)."""


@dataclass(slots=True, frozen=True)
class Paragraph:
    """A line of the body, and where it stands."""

    text: str
    capture_sha256: str
    line: int | None
    """As in Candidate."""
    xpath: str


@dataclass(slots=True, frozen=True)
class Image:
    """An image of the body: absolute URL, and the caption or alt text ("" where none)."""

    url: str
    caption: str = ""


@dataclass(slots=True, frozen=True)
class Attachment:
    """A file offered by the article: the name a reader should see, and its absolute URL."""

    name: str
    url: str


@dataclass(slots=True, frozen=True)
class Capture:
    """One HTTP response as it came."""

    url: str
    """As fetched, after redirects."""
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    """Names and values (Latin-1), in the order in which they are kept."""
    body: bytes
    """As it came, compressed where the server compressed it; only chunking is undone."""
    sha256: str
    """Of `body`, hex."""

    @classmethod
    def of(
        cls,
        url: str,
        fetched_at: datetime,
        status: int,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
    ) -> Capture:
        return cls(url, fetched_at, status, headers, body, hashlib.sha256(body).hexdigest())

    def header(self, name: str) -> str:
        """The first value of a header, "" where there is none."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")


@dataclass(slots=True, frozen=True)
class Listed:
    """A row of a list, as the ledger keeps it."""

    canonical_url: str
    url: str
    title: str = ""
    date_raw: str = ""


@dataclass(slots=True, frozen=True)
class Known:
    """A URL that a list has shown, as the ledger remembers it."""

    row: Listed
    channel: str
    """Column path of the list."""
    state: Literal["owed", "stored", "unchanged", "refused", "deferred"]
    reason: str
    """Of a refusal or deferral."""
    due_at: datetime | None
    """When it is to be visited again; None: never."""

    def is_settled(self) -> bool:
        """Whether its last visit told what there is."""
        return self.state not in ("owed", "deferred")

    def is_due(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


@dataclass(slots=True, frozen=True, kw_only=True)
class Listing:
    """A page of a list that was read."""

    spider: str
    start: str
    """Address of the list's first page."""
    channel: str
    at: datetime
    rows: tuple[Listed, ...]
    capture: Capture | None = None
    """None where the server said that it is as it was (304)."""
    resume: dict[str, Any] | None = None
    """The page that comes next; what a walk cut short goes on with."""


@dataclass(slots=True, frozen=True, kw_only=True)
class Visit:
    """What came of visiting a listed URL, where no article was read.

    `unchanged`: the server said so (304). `refused`: there is no article, or none that may be
    fetched. `deferred`: it could not be had now, and is owed.
    """

    spider: str
    channel: str
    row: Listed
    at: datetime
    outcome: Literal["unchanged", "refused", "deferred"]
    reason: str = ""
    captures: tuple[Capture, ...] = ()
    """What was read, if anything was."""


@dataclass(slots=True, frozen=True)
class Copy:
    """A copy of a withdrawn post, which may take its place."""

    row: Listed
    spider: str
    channel: str
    fingerprint: str
    """What was read there last (pipelines.fingerprint)."""
    capture: Capture | None
    """Its page; None where the archive keeps none."""


@dataclass(slots=True, frozen=True)
class Order:
    """What an operator asks for."""

    target: str
    """URL or id."""
    reason: str
    requested_by: str = ""


@dataclass(slots=True, frozen=True)
class Done:
    """What was done, for the operator to read."""

    records: tuple[str, ...]
    """Ids."""
    urls: tuple[str, ...]
    """Addresses that are never fetched again, or may be again."""
    captures: int = 0
    """Responses removed from the archive."""
    media: tuple[str, ...] = ()
    """Addresses of its pictures and files, whose copies are to be removed."""


@dataclass(slots=True, kw_only=True)
class Article:
    """One page as read: filled by crawler.reading, completed and checked by the pipelines."""

    # Where it comes from
    url: str
    """Absolute URL as fetched (after redirects)."""
    canonical_url: str
    """The URL that identifies the post: https, no fragment, no tracking query, no mobile twin."""
    fetched_at: datetime
    """When the response arrived."""
    capture_sha256: str
    """SHA-256 of the response body as it came, hex."""
    captures: tuple[Capture, ...] = ()
    """The responses that it was read from, a page each, while they are to be archived."""
    listed: Listed | None = None
    """The list row that led here."""
    ended: bool = True
    """The page's HTML came to its end (`</html>`), so that a shorter text is no cut one."""
    spider: str = ""
    """Name of the source's spider."""
    publisher: str = ""
    """Organisation behind the site."""
    channel: str = ""
    """Column path at the source, e.g. `zgxc/gddt`."""
    section: str = ""
    """Section that the operator publishes the channel under."""

    # What the page says, in order of trust; the pipelines choose
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    """Field name -> its candidates, the most trusted first."""
    chosen: dict[str, Candidate] = field(default_factory=dict)
    """Field name -> the candidate that the final value was made from."""

    # Filled by reading
    title: str = ""
    """Main headline without site suffix, one line."""
    subtitle: str = ""
    """Line below the headline (副题), "" where none."""
    kicker: str = ""
    """Line above the headline (引题), "" where none."""
    doc_number: str = ""
    """Official document number (文号), "" where none."""
    language: str = "zh-CN"
    """BCP 47 tag of the text."""
    text: str = ""
    """Body paragraphs joined by newline, no leading indent, table cells by tab."""
    html: str = ""
    """The same body as sanitised HTML with absolute URLs."""
    images: list[Image] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    """The text line by line with its places, where they were asked for."""
    guards: dict[str, int] = field(default_factory=dict)
    """How often each guard of the body reader overruled trafilatura on this page."""

    # Filled by the pipelines
    date_published: datetime | None = None
    """When the source published it; a day alone is T00:00:00+08:00."""
    date_precision: Precision | None = None
    date_raw: str = ""
    """The date as printed."""
    source: str = ""
    """Outlet the post names as its source; the publisher where it names none."""
    source_raw: str = ""
    """The source as printed, "" where none."""
    source_inferred: bool = False
    """True when `source` is the publisher because the page names none."""
    authors: list[str] = field(default_factory=list)
    """Persons (or a byline that names none, as printed); empty where none is shown."""
    editor: str = ""
    """Responsible editor, "" where none."""
    hold: str = ""
    """Why it may not be published without the operator's word, "" where it may."""
    fingerprint: str = ""
    """Hash that two copies of one post share (see pipelines/fingerprint.py)."""
    content_hash: str = ""
    """Hash of everything that makes a revision."""


@dataclass(slots=True, kw_only=True)
class Record:
    """One exported post: the JSONL record. Dates are ISO 8601 strings with offset.

    A canceled record has lost text, html, images and attachments; one taken down keeps only
    id, status, seq, reason and canceled_at.
    """

    id: str
    """Short ASCII identity: given once, never recomputed, never reused."""
    url: str | None
    """The original's URL as fetched."""
    status: Status
    version: int | None
    """1, 2, 3 …: which content of this record."""
    seq: int
    """Position of the record's last change; strictly grows over all records."""
    title: str | None = None
    subtitle: str | None = None
    kicker: str | None = None
    date_published: str | None = None
    date_precision: Precision | None = None
    date_raw: str | None = None
    source: str | None = None
    source_raw: str | None = None
    source_inferred: bool | None = None
    publisher: str | None = None
    authors: list[str] = field(default_factory=list)
    author: str | None = None
    """For display; 佚名 where none is shown."""
    editor: str | None = None
    channel: str | None = None
    section: str | None = None
    doc_number: str | None = None
    language: str | None = None
    text: str | None = None
    html: str | None = None
    images: list[Image] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    fetched_at: str | None = None
    first_seen_at: str | None = None
    updated_at: str | None = None
    """When our copy last changed."""
    content_hash: str | None = None
    capture_sha256: str | None = None
    duplicates: list[str] = field(default_factory=list)
    """Other URLs of the same story; [] where the record is canceled."""
    reason: CancelReason | None = None
    canceled_at: str | None = None
    duplicate_of: str | None = None
