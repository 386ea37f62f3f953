"""All settings. The only module that reads the environment (README lists the variables)."""

import os
from pathlib import Path

from scrapy.settings import default_settings
from scrapy.utils.conf import closest_scrapy_cfg

BOT_NAME = "zhuanzai"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"
TEMPLATES_DIR = str(Path(__file__).parent / "templates")

# --- Where things are --------------------------------------------------------------------------
_project = Path(closest_scrapy_cfg() or "scrapy.cfg").resolve().parent
DATA_DIR = os.environ.get("ZHUANZAI_DATA_DIR") or str(_project / "data")
DATABASE_URL = os.environ.get("ZHUANZAI_DATABASE_URL") or f"sqlite:///{DATA_DIR}/store.db"
# Every response that was read, in WARC files; the store is their index.
ARCHIVE_DIR = str(Path(DATA_DIR) / "archive")
# The operator's identity; what it does not say is taken from exporters/identity.toml.
ZHUANZAI_IDENTITY = str(Path(DATA_DIR) / "identity.toml")
# Sources that may be republished, and the sections that require one (pipelines/check_rights.py).
ALLOWED_SOURCES = str(Path(DATA_DIR) / "sources.toml")

# --- Who asks ----------------------------------------------------------------------------------
CONTACT = os.environ.get("ZHUANZAI_CONTACT", "").strip()
USER_AGENT = "zhuanzai/0.1" + (f" (+{CONTACT})" if CONTACT else "")
ROBOTSTXT_USER_AGENT = "zhuanzai"
# host:port pairs whose private or loopback address may be fetched; robots still count.
ALLOW_HOSTS = [
    host.strip().lower().replace("[", "").replace("]", "")  # as resolvers know IPv6 addresses
    for host in os.environ.get("ZHUANZAI_ALLOW_HOSTS", "").split(",")
    if host.strip()
]
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip, deflate",  # what can be told to be whole (compression.py)
}

# --- Pace: one request a host at a time, a second apart ----------------------------------------
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0  # jitter would shorten every other gap
RETRY_TIMES = 2
# A hanging server would cost three deadlines; what could not be had stays owed anyway.
RETRY_EXCEPTIONS = [
    error
    for error in default_settings.RETRY_EXCEPTIONS
    if error != "scrapy.exceptions.DownloadTimeoutError"
]
# The default of 100 starts that many tasks for every response and doubles a crawl's CPU.
CONCURRENT_ITEMS = 8

# --- The life of a post ------------------------------------------------------------------------
# Posts that are visited again by schedule (pipelines/schedule.py), requests a run at most.
RECHECK_BUDGET = 200
# 404 and error pages withdraw a post when so many runs saw them, so many hours apart.
GONE_SIGHTINGS = 2
GONE_MIN_HOURS = 20
# What the clock says when a run starts (ISO 8601), for rehearsals and tests; "": the real time.
NOW = ""
ARCHIVE_FILE_SIZE = 200 * 1024 * 1024  # bytes; then the next file is begun
ARCHIVE_DAYS = 0  # files whose captures are all older are removed; 0 keeps all

# --- Bounds ------------------------------------------------------------------------------------
DOWNLOAD_TIMEOUT = 30  # seconds an attempt, from the first byte to the last; see pace.py, too
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # bytes after decompression
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 10
DEPTH_LIMIT = 0
REACTOR_THREADPOOL_MAXSIZE = 10
MEMUSAGE_LIMIT_MB = 1024  # ends the run, exit 1; it takes a fifth of that
MEMUSAGE_CHECK_INTERVAL_SECONDS = 5

# --- Safety ------------------------------------------------------------------------------------
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    **{"http": "crawler.handler.BoundedHandler", "https": "crawler.handler.BoundedHandler"},
    **{"data": None, "file": None, "ftp": None, "s3": None},
}
TWISTED_DNS_RESOLVER = "crawler.resolver.GuardedResolver"
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
ROBOTSTXT_OBEY = True
HTTPERROR_ALLOWED_CODES = [304]  # asked for by If-None-Match
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.middlewares.hosts.HostsMiddleware": 50,
    # Stock robots handling checks only the first requests that wait, and allows all on errors.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "crawler.middlewares.cookies.HostCookiesMiddleware": 700,
    # Between Redirect (600) and Retry (550): every hop waits its turn, and what a server asks
    # for is known before anything is tried again.
    "crawler.middlewares.pace.PaceMiddleware": 585,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.compression.CompressionMiddleware": 590,
    # Below it: sees bodies as they came.
    "crawler.middlewares.capture.CaptureMiddleware": 595,
}

# --- From article to record --------------------------------------------------------------------
ITEM_PIPELINES = {
    "pipelines.normalise_date.NormaliseDatePipeline": 100,
    "pipelines.normalise_author.NormaliseAuthorPipeline": 200,
    "pipelines.normalise_source.NormaliseSourcePipeline": 300,
    "pipelines.check_required.CheckRequiredPipeline": 400,
    "pipelines.check_rights.CheckRightsPipeline": 450,
    "pipelines.fingerprint.FingerprintPipeline": 500,
    "pipelines.store.StorePipeline": 900,  # see crawler.finish
    "pipelines.mirror.MirrorImagesPipeline": 950,
    "pipelines.mirror.MirrorFilesPipeline": 960,
}
LEDGER = "pipelines.ledger.Ledger"
EXTENSIONS = {
    "crawler.extensions.run.RunExtension": -1,  # closes before SpiderState (0) saves for JOBDIR
    "crawler.extensions.progress.ProgressExtension": 200,
}

# --- From record to export ---------------------------------------------------------------------
FEED_EXPORTERS = {
    "jsonl": "exporters.jsonl.JsonlExporter",
    "csv": "exporters.csv.CsvExporter",
    "rss": "exporters.rss.RssExporter",
    "atom": "exporters.atom.AtomExporter",
    "jsonfeed": "exporters.jsonfeed.JsonFeedExporter",
    "wxr": "exporters.wxr.WxrExporter",
}
EXPORT_FORMATS = {
    "site": "exporters.site.SiteExporter",
    **FEED_EXPORTERS,
    "markdown": "exporters.markdown.MarkdownExporter",
    "sitemap": "exporters.sitemap.SitemapExporter",
}
# Named destinations (exporters/destinations.py), and the manifests of all editions, a line each.
EXPORT_DESTINATIONS = str(Path(DATA_DIR) / "destinations.toml")
EXPORT_HISTORY = str(Path(DATA_DIR) / "editions.jsonl")
# Our own copies of pictures and attachments, kept by crawls where MIRROR_MEDIA is on.
MIRROR_MEDIA = False
MEDIA_ALLOW_REDIRECTS = True  # each hop is checked like any request
MEDIA_MAX_SIZE = 10 * 1024 * 1024  # bytes
MEDIA_MAX_COUNT = 20  # of each kind a post
MEDIA_MIN_PIXELS = 16  # a side; smaller pictures count visitors
MEDIA_MAX_PIXELS = 40_000_000
MEDIA_DIR = str(Path(DATA_DIR) / "media")
FEED_STORAGES = {
    "": "exporters.storage.AtomicFileFeedStorage",
    "file": "exporters.storage.AtomicFileFeedStorage",
}
FEED_EXPORT_ENCODING = "utf-8"

# --- What the operator sees --------------------------------------------------------------------
LOG_FORMATTER = "crawler.logs.SafeLogFormatter"
LOG_LEVEL = "WARNING"  # progress and the closing line say the rest; `-L INFO` shows all
STATS_DUMP = False
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # counted as deferred, with the reason
DEFAULT_DROPITEM_LOG_LEVEL = "INFO"  # counted as refused, with the reason
