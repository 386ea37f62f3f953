"""Pages of our own in the manner of NFCMS, for local sites that tests serve."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.demo.server import Answer

ARTICLE = """<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<meta name="SiteName" content="测试站"><meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{minute}"><meta name="ContentSource" content="{source}">
<title>{title}&nbsp;&nbsp;测试站</title><base target="_blank">
<script>window.NFCMS_SITE_ID=1;window.NFCMS_PUB_TYPE="post";</script></head><body>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/tzgg/">通知公告</a></li></ul></div>
<div class="content"><h3 class="zw-title">{title}</h3>
<div class="zw-info"><span class="time">时间  :  {minute}:07</span>
<span class="ly">来源  :  {source}</span></div>
<div class="zw">{body}</div></div>
<div class="footer"><p>版权所有：测试站</p></div></body></html>"""

LIST = """<!DOCTYPE html><html><head><meta charset="UTF-8"><title>{title}</title>
<script>window.NFCMS_SITE_ID=1;window.NFCMS_PUB_TYPE="cat";</script></head><body>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/tzgg/">通知公告</a></li></ul></div>
<ul class="list">{rows}</ul><div class="page">{paging}</div></body></html>"""


def html(text: str, status: int = 200) -> Answer:
    """An answer of the local server."""
    return status, {"Content-Type": "text/html"}, text.encode()


def article(
    title: str = "标题若干字说明一件事",
    *,
    body: str | None = None,
    minute: str = "2024-08-25 10:03",
    source: str = "某某日报",
) -> Answer:
    """An article page; its body is told apart by its title."""
    if body is None:
        body = "".join(f"<p>　　{title}的第{n}段，讲这件事的经过和结果。</p>" for n in range(1, 9))
    return html(ARTICLE.format(title=title, minute=minute, source=source, body=body))


def listing(rows: Sequence[tuple[str, str, str]], next_page: str = "") -> Answer:
    """A list page of (href, title, date) rows."""
    lines = "".join(
        f'<li class="clearfix"><a href="{href}" title="{title}">{title[:6]}…</a>'
        f'<div class="time">{date}</div></li>'
        for href, title, date in rows
    )
    paging = f'<a class="current">1</a><a class="next" href="{next_page}">下一页</a>'
    return html(LIST.format(title="栏目", rows=lines, paging=paging if next_page else ""))


ROBOTS: Answer = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /admin/\n")


def channel(path: str, posts: int, *, page_size: int = 20, first: int = 1) -> dict[str, Answer]:
    """A channel of numbered posts, newest first, in pages of `page_size`."""
    answers: dict[str, Answer] = {"/robots.txt": ROBOTS}
    numbers = list(range(first + posts - 1, first - 1, -1))
    pages = [numbers[i : i + page_size] for i in range(0, posts, page_size)]
    for index, page in enumerate(pages, start=1):
        rows = [(f"/{path}/content/post_{n}.html", f"第{n}号消息的完整标题", _day(n)) for n in page]
        name = "" if index == 1 else f"index_{index}.html"
        following = f"/{path}/index_{index + 1}.html" if index < len(pages) else ""
        answers[f"/{path}/{name}"] = listing(rows, following)
    for n in numbers:
        answers[f"/{path}/content/post_{n}.html"] = article(
            f"第{n}号消息的完整标题", minute=f"{_day(n)} 09:30"
        )
    return answers


def _day(n: int) -> str:
    return f"2024-{1 + n // 28 % 12:02}-{1 + n % 28:02}"
