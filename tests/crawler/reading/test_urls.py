import pytest

from crawler.families.nfcms import Nfcms
from crawler.reading.urls import absolute, canonical_url, column_path, host_of, is_column, is_file


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://A.example/x/Post_1.html#top", "https://a.example/x/Post_1.html"),
        ("https://a.example:443/x?utm_source=w&id=7", "https://a.example/x?id=7"),
        ("http://a.example:8080/x", "https://a.example:8080/x"),
        ("https://a.example", "https://a.example/"),
        (
            "https://a.example/附件%20一.html",
            "https://a.example/%E9%99%84%E4%BB%B6%20%E4%B8%80.html",
        ),
    ],
)
def test_canonical_url(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


def test_mobile_twin_is_one_post_and_another_column_is_not() -> None:
    nfcms = Nfcms()
    one = nfcms.canonical_url("https://a.example/tzgg/content/post_7.html")
    assert nfcms.canonical_url("http://a.example/tzgg/content/mpost_7.html") == one
    assert nfcms.canonical_url("https://a.example/gddt/content/post_7.html") != one
    assert nfcms.canonical_url("https://a.example/gkmlpt/content/0/0/post_7.html") != one


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/zgxc/gddt/",
        "https://a.example/zgxc/gddt/index_2.html",
        "https://a.example/zgxc/gddt/content/post_1.html",
    ],
)
def test_column_path(url: str) -> None:
    assert column_path(url) == "zgxc/gddt"


@pytest.mark.parametrize(
    "href",
    [
        *("javascript:alert(1)", "mailto:a@b.example", "#top", "", None, "http://[", "http://a:b/"),
        "/post_\ud800.html",
    ],
)
def test_no_address(href: str | None) -> None:
    assert absolute("https://a.example/", href) is None


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("\\tzgg\\1.html", "https://a.example/tzgg/1.html"),
        ("http:\\\\b.example\\x?a=\\", "http://b.example/x?a=\\"),
        ("http://b.example\\@a.example/x", "http://b.example/@a.example/x"),
        ("http://user:password@a.example/x", "http://a.example/x"),
        ("//user@a.example:81/x", "https://a.example:81/x"),
    ],
)
def test_links_lead_where_a_browser_goes(href: str, url: str) -> None:
    assert absolute("https://a.example/", href) == url


def test_hosts() -> None:
    assert host_of("https://www.a.example/x") == host_of("http://a.example:80/") == "a.example"
    assert host_of("http://127.0.0.1:8000/") == "127.0.0.1:8000"


def test_files() -> None:
    assert is_file("https://a.example/attachment/0/1/2/3.PDF")
    assert is_file("https://a.example/module/download/downfile.jsp?classid=0&filename=x.doc")
    assert not is_file("https://a.example/tzgg/content/post_1.html")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", True),
        ("/", True),
        ("/tzgg/", True),
        ("/tzgg/index.html", True),
        ("/index.html", True),
        ("/tzgg/list.htm", True),
        ("/tzgg/1.html", False),
        ("/tzgg/indexes.html", False),
        ("/tzgg/?id=7", False),
        ("/tzgg/20240825100334123/index.shtml", False),
        ("/tzgg/0123456789abcdef0123456789abcdef/", False),
        ("/2024/", True),
    ],
)
def test_columns(path: str, expected: bool) -> None:
    assert is_column(f"https://a.example{path}") is expected
