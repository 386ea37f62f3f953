"""1,000 posts of a local site, without delay: pages a second and peak memory, first and again."""

import resource
import sys
import tempfile
from pathlib import Path

from crawler.demo.server import SITE, SiteServer
from tests.conftest import Scrapy
from tests.site import channel

POSTS = 1000


def main() -> None:
    answers = channel("zgxc/gddt", POSTS)
    story = (SITE / "zgxc/gddt/content/post_2087.html").read_text("utf-8")
    for n in range(1, POSTS + 1):
        page = story.replace("1268", str(10_000 + n)).replace("云湾：", f"云湾{n}：")
        answers[f"/zgxc/gddt/content/post_{n}.html"] = (
            200,
            {"Content-Type": "text/html"},
            page.encode(),
        )
    with tempfile.TemporaryDirectory() as folder, SiteServer(Path(folder), answers) as site:
        scrapy = Scrapy(Path(folder) / "data", f"127.0.0.1:{site.port}")
        for name in ("first", "again"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            status, figures, stderr = scrapy.crawl(
                *("gdzz", "-a", f"url={site.url}zgxc/gddt/"),
                *("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"),
            )
            if status:
                sys.exit(stderr)
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(
                f"{name}: {figures['listed']} posts in {figures['seconds']} s,"
                f" {figures['listed'] / figures['seconds']:.0f} a second,"
                f" {usage.ru_utime - before:.1f} CPU s, peak {usage.ru_maxrss // 1024} MiB"
            )


if __name__ == "__main__":
    main()
