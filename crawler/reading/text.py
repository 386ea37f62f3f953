"""White space and characters: the only liberties that are taken with a text.

Promise: the text is the original's, character for character, after white space and control
characters. Nothing is folded or rewritten (full-width punctuation stays full-width).
"""

from __future__ import annotations

import re
import unicodedata

# HTML white space, no-break, en/em and other fixed-width spaces, ideographic space
_SPACES = r"[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_RUN = re.compile(f"{_SPACES}+")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
    # invisible: soft hyphen, zero-width space, word joiner, byte-order mark, bidi controls, tags
    "|[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    "|[\U000e0000-\U000e007f]"
    # joiners join emoji and some scripts; elsewhere they are invisible, too
    "|[\u200c\u200d](?![\ufe0f\u0600-\u1fff\u2190-\u2bff\U0001f000-\U0001faff])"
)
# A source line broken between two wide characters is no space to a Chinese reader.
_WIDE = r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
_COMMON_MARKS = re.compile(r"[\s，。、；：？！…“”‘’（）《》【】％－～]+")
_NO_ALNUM = re.compile(r"[\W_]+")
_WRAP = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n]+[ \t]*(?={_WIDE})")


def drop_controls(text: str) -> str:
    """Remove control, surrogate, invisible and bidi-control characters."""
    # None of them counts as printable, and asking is far cheaper than looking for each. Nor do
    # these two, which whole texts are full of.
    if text.isprintable() or text.replace("\n", "").replace("\u3000", "").isprintable():
        return text
    return _CONTROLS.sub("", text)


def unwrap(text: str) -> str:
    """Join lines that were only broken in the source; for the text of one node."""
    return _WRAP.sub("", text) if "\n" in text else text


def fold_space(text: str) -> str:
    """Every run of white space becomes one space (one U+3000 if the run holds one); ends cut."""
    text = drop_controls(text)
    if "\u3000" not in text:
        return " ".join(text.split())
    return _RUN.sub(lambda run: "\u3000" if "\u3000" in run[0] else " ", text).strip(" \u3000")


def squeeze(text: str) -> str:
    """The text without any white space: for comparing, never for keeping."""
    return drop_controls("".join(text.split()))


def fold(text: str) -> str:
    """NFKC, lower case, letters and digits only: for comparing two texts, never for keeping."""
    # Without these, most texts are normal already.
    text = _COMMON_MARKS.sub("", text)
    return _NO_ALNUM.sub("", unicodedata.normalize("NFKC", text).lower())
