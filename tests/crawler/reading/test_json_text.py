"""JSON that pages carry."""

import pytest

from crawler.reading.json_text import read_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (' \n["a\tb"] // and so on', ["a\tb"]),
        (r'{"title": "切断的表情\ud83d", "a\udc00": ["\u0000", "\ud83d\ude00"]}', {"title": "切断的表情", "a": ["\0", "😀"]}),
        (r'"a\\ud83d"', r"a\ud83d"),
    ],
)  # fmt: skip
def test_what_is_there(text: str, value: object) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    "text", ["", "<html>", "{", "[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, "9" * 5000]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of every kind
        read_json(text)


def test_where_it_begins() -> None:
    assert read_json("DETAIL: {} x", 7) == {}
