"""The figures of a run that is cut short, and of the one that goes on with it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from crawler.demo.server import SiteServer
from tests.conftest import ROOT, Scrapy
from tests.site import channel


def test_a_run_cut_short_goes_on_from_its_jobdir(
    site: SiteServer, scrapy: Scrapy, tmp_path: Path
) -> None:
    site.answers.update(channel("zgxc/gddt", 25))
    job = "gdzz", "-a", f"url={site.url}zgxc/gddt/", "-s", f"JOBDIR={tmp_path / 'job'}"
    cut = "-s", "CLOSESPIDER_PAGECOUNT=8"
    status, first, stderr = scrapy.crawl(*job, *cut)
    assert (status, first["outcome"]) == (1, "failed")
    left = first["deferred"]["interrupted"]
    assert first["listed"] == first["stored"] + left
    assert f"closed: closespider_pagecount, {left} listed posts are left" in stderr
    assert "accounted" not in stderr
    scrapy.crawl(*job, *cut)  # cut once more
    status, last, stderr = scrapy.crawl(*job)
    assert (status, last["deferred"]) == (0, {}), stderr
    assert last["listed"] == last["stored"] + last["unchanged"] >= 25
    status, again, _ = scrapy.crawl(*job)
    assert (status, again["listed"], again["unchanged"]) == (0, 25, 25)


def test_ctrl_c_says_what_is_left(site: SiteServer, scrapy: Scrapy) -> None:
    site.answers.update(channel("zgxc/gddt", 25))
    command = [sys.executable, "-m", "scrapy", "crawl", "gdzz", "-a", f"url={site.url}zgxc/gddt/"]
    with subprocess.Popen(
        [*command, "-s", "DOWNLOAD_DELAY=0.2"],
        cwd=ROOT,
        env=scrapy.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while len(site.requests) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    figures = json.loads(stdout)
    left = figures["deferred"]["interrupted"]
    assert process.returncode == 1
    assert figures["listed"] == figures["stored"] + left
    assert stderr == f"gdzz: failed: interrupted, {left} listed posts are left for the next run\n"
