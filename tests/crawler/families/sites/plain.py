"""Pages of no platform, to which a test adds a platform's marks."""

from __future__ import annotations

from crawler.demo.server import Answer


def post(
    title: str, *, info: str = "", head: str = "", tail: str = "", charset: str = "utf-8"
) -> Answer:
    """An article with an info line and five sentences that name it."""
    line = info or "来源：云湾日报　发布时间：2024-08-25 10:03"
    body = "".join(f"<p>　　{title}的第{n}段，讲这件事的经过和结果。</p>" for n in range(1, 6))
    return page(
        f"<div class=viewbox><div class=title><h2>{title}</h2></div><div class=info>{line}</div>"
        f"<div class=content>{body}</div>{tail}</div>",
        title=title,
        head=head,
        charset=charset,
    )


def page(body: str, *, title: str = "栏目", head: str = "", charset: str = "utf-8") -> Answer:
    text = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        f"<title>{title}-云湾在线</title>{head}</head><body>{body}</body></html>"
    )
    return (
        200,
        {"Content-Type": "text/html"},
        text.encode("gb18030" if charset != "utf-8" else charset),
    )


def xml(text: str) -> Answer:
    return 200, {"Content-Type": "application/xml"}, text.encode()
