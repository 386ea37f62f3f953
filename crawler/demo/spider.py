"""The gdzz spider, sent to the sample site."""

from crawler.spiders.gdzz import GdzzSpider


class SampleSpider(GdzzSpider):
    """Reads the sample site as it reads the real one."""

    name = "sample"
    publisher = "中共云湾市委组织部"
    home = "http://www.sample.example/"
