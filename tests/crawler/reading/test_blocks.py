from crawler.reading.blocks import Block, read_blocks, to_html, to_text
from crawler.reading.page import parse
from tests.conftest import NOW


def read(html: str) -> list[Block]:
    page = parse(f"<body><div id=a>{html}</div></body>".encode(), "https://a.example/x/y.html", NOW)
    return read_blocks(page.root.get_element_by_id("a"), page.base)


def test_spans_join_with_nothing_between() -> None:
    blocks = read("<p>　　于<span>202</span><span>6</span>年<b>6</b><strong>月</strong>印发</p>")
    assert to_text(blocks) == "于2026年6月印发"
    assert to_html(blocks) == "<p>于2026年<strong>6月</strong>印发</p>"


def test_a_line_is_a_block_or_a_break() -> None:
    assert to_text(read("甲<br>乙<div>丙<p>丁</p>戊</div>己")) == "甲\n乙\n丙\n丁\n戊\n己"


def test_lines_wrapped_in_the_source_are_one() -> None:
    assert to_text(read("<p>中文\n   换行 and\n English</p>")) == "中文换行 and English"


def test_preformatted_lines_are_lines() -> None:
    assert to_text(read("<pre>甲\n乙</pre>")) == "甲\n乙"


def test_data_table_is_one_block() -> None:
    blocks = read(
        "<table><tr><th>姓名</th><td>张三</td></tr><tr><td colspan=2>无</td></tr></table>"
    )
    assert [b.kind for b in blocks] == ["table"]
    assert blocks[0].text == "姓名\t张三\n无"
    assert blocks[0].html == '<tr><th>姓名</th><td>张三</td></tr><tr><td colspan="2">无</td></tr>'


def test_layout_table_is_walked_through() -> None:
    blocks = read("<table><tr><td><p>甲</p><p>乙</p></td></tr></table>")
    assert [(b.kind, b.text) for b in blocks] == [("p", "甲"), ("p", "乙")]


def test_lists_keep_their_kind() -> None:
    assert (
        to_html(read("<ol><li>甲<p>续</p></li><li>乙</li></ol>"))
        == "<ol><li>甲<br>续</li><li>乙</li></ol>"
    )


def test_hidden_and_code_are_not_read() -> None:
    assert (
        to_text(read("甲<p style='display: none'>隐</p><script>x</script><style>y</style>乙"))
        == "甲\n乙"
    )


def test_attachment_names() -> None:
    html = (
        '<p><a class="nfw-cms-attachment" alt="方案.pdf" href="/attachment/0/1/7/9.pdf">附件</a></p>'
        '<p><a href="a.docx">报名表</a> <a href="b.xls" title="名单.xls">点击下载</a></p>'
        '<p><a href="z.zip">附件</a></p>'
    )
    files = [(f.name, f.url) for b in read(html) for f in b.files]
    assert files == [
        ("方案.pdf", "https://a.example/attachment/0/1/7/9.pdf"),
        ("报名表", "https://a.example/x/a.docx"),
        ("名单.xls", "https://a.example/x/b.xls"),
        ("附件", "https://a.example/x/z.zip"),
    ]


def test_images_but_no_icons() -> None:
    html = (
        '<p>图<img src="loading.gif" data-original="/i/1.jpg" alt="会议现场">文</p>'
        '<img src="/images/icon_pdf.png"><img src="/i/2.jpg" width="16"><img src="data:image/png;base64,x">'
    )
    blocks = read(html)
    assert [b.image.url for b in blocks if b.image] == ["https://a.example/i/1.jpg"]
    # a picture inside a sentence does not cut it
    assert to_text(blocks) == "图文"
    assert '<figure><img src="https://a.example/i/1.jpg" alt="会议现场">' in to_html(blocks)


def test_dangerous_links_are_text() -> None:
    assert to_html(read('<p><a href="javascript:alert(1)">甲</a>&lt;script&gt;</p>')) == (
        "<p>甲&lt;script&gt;</p>"
    )


def test_two_thousand_levels_do_not_exhaust_the_stack() -> None:
    assert to_text(read("<div>" * 1900 + "底" + "</div>" * 1900)) == "底"
