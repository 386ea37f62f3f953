"""`scrapy crawl` and `scrapy genspider`: misuse ends with status 2 and one line."""

import pytest

from tests.conftest import Scrapy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crawl", "gdzz", "-a", "url=http://127.0.0.1:99999/"], "Port out of range"),
        (["crawl", "gdzz", "-a", "url=http://[::1/"], "Invalid IPv6 URL"),
        (["genspider", "-t", "nosuch", "foo", "a.example"], "Unable to find template: nosuch"),
    ],
)
def test_misuse(scrapy: Scrapy, arguments: list[str], message: str) -> None:
    done = scrapy(*arguments)
    assert done.returncode == 2
    assert message in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
