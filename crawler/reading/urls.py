"""URLs as identities: one post, one canonical URL."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

# Parameters that say how a reader came, never what he sees.
_TRACKING = re.compile(
    r"^(?:utm_\w+|spm|scm|from|isappinstalled|nsukey|share\w*|timestamp|_t|wx\w+|fbclid|gclid|"
    r"jsessionid|phpsessid|aspsessionid\w*|session_?id|cfid|cftoken)$",
    re.I,
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.I)
_FILE = re.compile(
    r"\.(?:pdf|ofd|docx?|wps|xlsx?|et|csv|pptx?|dps|zip|rar|7z|tar|gz|txt|rtf|ceb|caj|mp3|mp4|wmv)$",
    re.I,
)
_DOWNLOAD = re.compile(
    r"/(?:downfile|download|downloadattachment|attach(?:ment)?s?)(?:\.\w+)?(?:[/?]|$)", re.I
)
# Most links are to pages: they need not be taken apart.
_MAY_BE_FILE = re.compile(
    r"\.(?:pdf|ofd|docx?|wps|xlsx?|et|csv|pptx?|dps|zip|rar|7z|tar|gz|txt|rtf|ceb|caj|mp3|mp4|wmv)"
    r"(?:[?&#;]|$)|/(?:down|attach)",
    re.I,
)
_FILE_IN_QUERY = re.compile(r"\.(?:pdf|ofd|docx?|wps|xlsx?|et|pptx?|zip|rar|7z)(?:&|$)", re.I)


# Most links: ASCII, no fragment, port, dot segment or empty part. These need not be taken apart.
_SIMPLE = re.compile(
    r"(?:(?:https?:)?//[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+(?=/)|(?!\?))"
    r"/?(?:[A-Za-z0-9_~%(),!=&+@-][A-Za-z0-9_~%(),!=&+@.-]*+/?)*+(?:\?[A-Za-z0-9_~%.:=&+/-]++)?"
)
# And these lead nowhere.
_NOWHERE = re.compile(r"#|(?:javascript|data|mailto|tel):", re.I)


@lru_cache(maxsize=256)
def _places(base: str) -> tuple[str, str]:
    """The root and the folder of a page, what simple links are relative to; "" where unclear."""
    parts = urlsplit(base)
    folder = parts.path.rpartition("/")[0] + "/"
    plain = "//" not in folder and "/." not in folder
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        return "", ""
    root = f"{parts.scheme}://{parts.netloc}"
    return root, root + folder


@lru_cache(maxsize=4096)
def absolute(base: str, href: str | None) -> str | None:
    """The absolute http(s) URL of a link, None for anything else (javascript:, mailto:, #…).

    It leads where a browser would go: `\\` is a slash, `user:password@` changes nothing.
    """
    if not href or _NOWHERE.match(href):
        return None
    if _SIMPLE.fullmatch(href):
        if href.startswith(("http://", "https://")):
            return href
        root, folder = _places(base)
        if root and href.startswith("//"):
            return root[: root.index("/")] + href
        if root:
            return f"{root if href[0] == '/' else folder}{href}"
    href = re.sub(r"[\x00-\x20\u3000]+", lambda m: "" if "\n" in m[0] else " ", href).strip()
    if not href or href.startswith("#"):
        return None
    try:
        path, mark, query = href.replace(" ", "%20").partition("?")
        url = urljoin(base, path.replace("\\", "/") + mark + query)
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError for a port that is none
        url.encode()  # and for half of a surrogate pair
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if "@" in parts.netloc:
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return url


def canonical_url(url: str) -> str:
    """The URL that identifies a post (case-sensitive path; http = https; design: Semantics 3).

    Drops fragment, default port, tracking parameters, session ids and an empty query; escapes the
    path in one way, so that `/a b`, `/a%20b` are one.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return url
    host = (parts.hostname or "").lower()
    port = parts.port
    if port and (parts.scheme, port) not in (("http", 80), ("https", 443)):
        host = f"{host}:{port}"
    path = quote(unquote(_SESSION.sub("", parts.path)), safe="/:@!$&'()*+,;=~-._") or "/"
    query = urlencode(
        [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.match(name)
        ]
    )
    return urlunsplit(("https", host, path, query, ""))


def host_of(url: str) -> str:
    """`host:port` as compared for staying home: lower case, without `www.` and default ports."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", ""):
        return ""
    host = (parts.hostname or "").lower().removeprefix("www.")
    port = parts.port
    return f"{host}:{port}" if port and port not in (80, 443) else host


# Folders that hold a post's date or nothing but posts, below its column.
_NO_COLUMN = re.compile(
    r"(?:\d{1,2}|(?:19|20)\d\d(?:-?\d\d){0,2}|content|art|info|[0-9a-f]{32})$", re.I
)

# The page of a folder itself; a folder named by a time or a hash is that of one post.
_OWN_PAGE = re.compile(
    r"(?:^|/(?!\d{14,}/|[0-9a-f]{32}/)[^/]*)/(?:(?:index|default|list)\.\w{2,5})?$", re.I
)


def column_path(url: str) -> str:
    """The column that a list or article URL lies under: `zgxc/gddt` for `/zgxc/gddt/content/…`."""
    path = urlsplit(url).path
    folders = path.rpartition("/")[0].strip("/").split("/")
    while folders and _NO_COLUMN.match(folders[-1]):
        folders.pop()
    return "/".join(folders)


def is_file(url: str) -> bool:
    """True when the URL leads to a document to download, not to a page."""
    if not _MAY_BE_FILE.search(url):
        return False
    parts = urlsplit(url)
    return bool(
        _FILE.search(parts.path)
        or (_DOWNLOAD.search(parts.path + "?") and parts.query)
        or _FILE_IN_QUERY.search(parts.query)
    )


def is_column(url: str) -> bool:
    """True when the URL is that of a folder, whose own page is a list and no post."""
    parts = urlsplit(url)
    return not parts.query and bool(_OWN_PAGE.search(parts.path or "/"))


def file_name(url: str) -> str:
    """Last part of the URL's path, unescaped: the name of last resort for an attachment."""
    return unquote(urlsplit(url).path.rpartition("/")[2])
