"""Which of the posts that carry one story stands for it."""

from __future__ import annotations

from typing import Protocol

from crawler.reading.text import fold


class Post(Protocol):
    """What the rule asks of a post; Article and Revision have it."""

    source: str
    """Outlet that the page names, or the publisher where it names none (`source_inferred`)."""
    source_inferred: bool
    publisher: str
    """Organisation behind the site."""


def takes_over(newcomer: Post, primary: Post) -> bool:
    """Whether a story's new copy becomes its primary, and the present primary its duplicate.

    The publisher's own page comes first: the page of the outlet that the primary names as its
    source, or a page that names its own publisher where the primary names somebody else. In all
    other cases the post that was there first stays: it may have been exported, and readers would
    have to follow for no gain.
    """
    if _is_own(primary):
        return False
    named_by_primary = not primary.source_inferred and _same(primary.source, newcomer.publisher)
    return named_by_primary or (_is_own(newcomer) and not primary.source_inferred)


def _is_own(post: Post) -> bool:
    """Whether a page names its own publisher as the source."""
    return not post.source_inferred and _same(post.source, post.publisher)


def _same(one: str, other: str) -> bool:
    return bool(one) and fold(one) == fold(other)
