"""广东组织工作网, the site of the organisation department of Guangdong's party committee."""

from crawler.families.nfcms import Nfcms
from crawler.source import SourceSpider


class GdzzSpider(SourceSpider):
    name = "gdzz"
    publisher = "中共广东省委组织部"
    home = "https://www.gdzz.gov.cn/"
    channels = {  # noqa: RUF012 - a declaration
        "zgxc/gddt": "廉政要闻",
        "tzgg": "通知公告",
        "gwygz/lypytzgg": "公务员考录",
    }
    family = Nfcms()
