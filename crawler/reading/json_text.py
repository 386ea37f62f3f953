"""JSON of pages, which may hold what Python's reader chokes on."""

from __future__ import annotations

import json
import re
from typing import Any

# What a title cut within an emoji leaves: half of a pair, which no encoding has.
_HALF = re.compile(r"\\ud[89a-f]", re.I)
_SPACE = re.compile(r"\s*")


def read_json(text: str, start: int = 0) -> Any:
    """The value that begins at `start`, whatever follows it.

    Control characters may stand in strings; lone surrogates are left out.

    Raises:
        ValueError: there is none, or it is nested too deep to be read.
    """
    space = _SPACE.match(text, start)
    assert space is not None
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, space.end())
        if _HALF.search(text, start, end):
            plain = json.dumps(value, ensure_ascii=False).encode("utf-8", "ignore")
            value = json.loads(plain)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value
