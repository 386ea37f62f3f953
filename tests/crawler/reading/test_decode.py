import codecs

import pytest

from crawler.reading.decode import decode

TEXT = "<meta charset=%s><p>关于镕基同志的通知，二〇二四年</p>"
LONG = "<p>各县（市、区）人民政府，市政府各部门：现将有关事项通知如下。</p>" * 600


@pytest.mark.parametrize(
    ("encoding", "meta", "header"),
    [
        ("utf-8", "gb2312", ""),
        ("utf-8", "utf-8", "text/html; charset=ISO-8859-1"),
        ("gb18030", "utf-8", "text/html; charset=utf-8"),
        ("gb18030", "gb2312", ""),
        ("gb18030", "", "text/html; charset=iso-8859-1"),
        ("gb18030", "windows-1252", "text/html; charset=us-ascii"),
        ("big5", "big5", ""),
        ("utf-8", "no-such-encoding", "text/html; charset=x-unknown"),
        # Python has codecs of these names; none is an encoding of web pages.
        ("gb18030", "idna", "text/html; charset=undefined"),
        ("gb18030", "unicode_escape", "text/html; charset=rot13"),
    ],
)
def test_what_the_bytes_are_beats_what_the_page_says(encoding: str, meta: str, header: str) -> None:
    text = TEXT % meta if encoding != "big5" else "<meta charset=big5><p>關於會議的通知</p>"
    assert decode(text.encode(encoding), header)[0] == text


def test_bom_wins() -> None:
    assert decode(codecs.BOM_UTF8 + "甲".encode(), "text/html; charset=gbk") == ("甲", "utf-8")
    for bom, encoding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        text = TEXT % "gb2312"
        assert decode(bom + text.encode(encoding), "text/html; charset=utf-8") == (text, encoding)


def test_a_bom_before_a_page_in_gbk_says_nothing() -> None:
    text = TEXT % "gb2312"
    assert decode(codecs.BOM_UTF8 + text.encode("gbk"))[0] == text


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb_2312-80", "x-gbk", "cp936", "gb18030"])
def test_every_gb_label_means_gb18030(label: str) -> None:
    # 镕 is not in GB2312, 㑇 and 𠮷 take four bytes that are only in GB18030.
    body = f'<meta charset="{label}">朱镕 㑇𠮷'.encode("gb18030")
    assert decode(body) == (f'<meta charset="{label}">朱镕 㑇𠮷', "gb18030")


@pytest.mark.parametrize(
    ("encoding", "label", "text"),
    [
        ("latin-1", "iso-8859-1", "Café à la crème, l'été à Genève"),
        ("cp1252", "iso-8859-1", "“Quoted” – and dashed"),
        ("cp1251", "windows-1251", "Правительство провинции опубликовало уведомление"),
        ("big5hkscs", "big5", "香港的啲嘢喺呢度"),
        ("cp932", "shift_jis", "髙橋さんの①番目の通知"),
        ("euc-jp", "euc-jp", "お知らせの内容について"),
        ("cp949", "euc-kr", "공지사항을 알려드립니다 똠"),
    ],
)
def test_true_labels_are_believed(encoding: str, label: str, text: str) -> None:
    body = f'<meta charset="{label}"><p>{text}</p>'.encode(encoding)
    assert text in decode(body)[0]
    assert text in decode(text.encode(encoding), f"text/html; charset={label}")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("label", ["utf-8", "gb2312", "iso-8859-1", ""])
@pytest.mark.parametrize("bad", [b"\xff", b"\x80"])
def test_a_broken_byte_costs_one_character(encoding: str, label: str, bad: bytes) -> None:
    body = LONG.encode(encoding)
    middle = len("<p>各县".encode(encoding))
    text, used = decode(body[:middle] + bad + body[middle:], f"text/html; charset={label}")
    assert used == encoding
    if bad == b"\xff":
        assert text == LONG[:5] + "\ufffd" + LONG[5:]
    else:  # 0x80 may pair with what follows, up to the next ASCII character at most
        assert text.endswith(LONG[LONG.index("</p>") :])


def test_a_page_cut_inside_a_character_keeps_its_encoding() -> None:
    for encoding, label in (("utf-8", "gb2312"), ("gb18030", "utf-8")):
        body = (f"<meta charset={label}>" + LONG + "通").encode(encoding)[:-1]
        text, used = decode(body)
        assert (used, LONG in text) == (encoding, True)


@pytest.mark.parametrize(
    "head",
    [
        '<!-- <meta charset="shift_jis"> --><meta charset="big5">',
        "<script>document.write('<meta charset=shift_jis>')</script><meta charset=big5>",
        "<script>" + "var a = 1;\n" * 2000 + "</script><meta charset=big5>",
        '<meta http-equiv="Content-Type" content="text/html; charset=big5">',
        '<?xml version="1.0" encoding="big5"?>',
    ],
    ids=["comment", "script", "far down", "http-equiv", "xml"],
)
def test_where_a_page_may_declare_its_encoding(head: str) -> None:
    text = head + "<p>關於召開會議的通知</p>"
    assert decode(text.encode("big5")) == (text, "big5hkscs")
