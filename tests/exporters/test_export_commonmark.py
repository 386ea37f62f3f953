import pytest

from exporters.commonmark import to_markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>一</p>\n<p>二<br>三</p>", "一\n\n二\\\n三"),
        ("散<p>一</p>句", "散\n\n一\n\n句"),
        ("<h2>一、<b>题</b></h2>", "## 一、**题**"),
        ("<ul><li>甲</li><li>乙<ol><li>丙</li></ol></li></ul>", "- 甲\n- 乙\n\n  1. 丙"),
        ("<blockquote><p>一</p><p>二</p></blockquote>", "> 一\n>\n> 二"),
        ("<pre>a\n  b</pre>", "a\\\n\u00a0\u00a0b"),
        (
            '<table><tr><td rowspan="2">甲</td><td>乙|</td></tr><tr><td>丙<br>丁</td></tr></table>',
            "| 甲 | 乙\\| |\n| --- | --- |\n|  | 丙 丁 |",
        ),
        (
            '<table><tr><td colspan="2">甲</td></tr><tr><td>1</td><td>2</td></tr></table>',
            "| 甲 |  |\n| --- | --- |\n| 1 | 2 |",
        ),
        (
            '<p><a href="https://a.example/(x) {{1}}">链[接]</a></p>',
            "[链\\[接\\]](https://a.example/%28x%29%20%7B%7B1%7D%7D)",
        ),
        ('<p><img src="a.png" alt="图"></p>', "![图](a.png)"),
        # Shortcodes, templates, typography, line beginnings
        ("<p>{{&lt; x &gt;}} {% y %}</p>", "\\{\\{\\< x \\>\\}\\} \\{% y %\\}"),
        ('<p>"a" -- b...</p>', '\\"a\\" \\-\\- b\\.\\.\\.'),
        ("<p>1. 甲</p><p>- 乙</p><p># 丙</p>", "1\\. 甲\n\n\\- 乙\n\n\\# 丙"),
        ("<p>https://a.example www.a.example a@b</p>", "https\\://a.example www\\.a.example a\\@b"),
        # Emphasis only where its marks would be seen as such
        ("<p>甲<b>乙</b>丙<i>丁</i></p>", "甲**乙**丙*丁*"),
        ("<p>甲<b>“乙”</b>丙</p>", "甲“乙”丙"),
        ("<p><b>“乙”</b></p>", "**“乙”**"),
        ("<p>甲<b> 乙 </b>丙</p>", "甲 **乙** 丙"),
        ("<p><b>甲</b><b>乙</b></p>", "**甲乙**"),
        ("<p><b>甲<i>乙</i></b></p>", "**甲乙**"),
        ("<p> </p><p></p>", ""),
    ],
)
def test_markdown(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown + "\n"
