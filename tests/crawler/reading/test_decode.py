import codecs

import pytest

from crawler.reading.decode import decode

TEXT = "<meta charset=%s><p>关于镕基同志的通知，二〇二四年</p>"


@pytest.mark.parametrize(
    ("encoding", "meta", "header"),
    [
        ("utf-8", "gb2312", ""),
        ("utf-8", "utf-8", "text/html; charset=ISO-8859-1"),
        ("gb18030", "utf-8", "text/html; charset=utf-8"),
        ("gb18030", "gb2312", ""),
        ("gb18030", "", "text/html; charset=iso-8859-1"),
        ("big5", "big5", ""),
        ("utf-8", "no-such-encoding", "text/html; charset=x-unknown"),
    ],
)
def test_what_the_bytes_are_beats_what_the_page_says(encoding: str, meta: str, header: str) -> None:
    text = TEXT % meta if encoding != "big5" else "<meta charset=big5><p>關於會議的通知</p>"
    assert decode(text.encode(encoding), header)[0] == text


def test_bom_wins() -> None:
    assert decode(codecs.BOM_UTF8 + "甲".encode(), "text/html; charset=gbk") == ("甲", "utf-8")
    assert decode(codecs.BOM_UTF16_LE + "甲".encode("utf-16-le"))[0] == "甲"


def test_gb2312_means_gb18030() -> None:
    # 镕 is not in GB2312, 㑇 is only in GB18030
    body = '<meta charset="gb2312">朱镕 㑇'.encode("gb18030")
    assert decode(body)[0].endswith("朱镕 㑇")


def test_latin_pages_stay_latin() -> None:
    body = '<meta charset="iso-8859-1"><p>Café à la crème</p>'.encode("latin-1")
    assert "Café à la crème" in decode(body)[0]


def test_a_broken_byte_costs_one_character() -> None:
    body = "通知正文".encode() + b"\xff" + "后半段".encode()
    assert decode(body)[0] == "通知正文\ufffd后半段"
