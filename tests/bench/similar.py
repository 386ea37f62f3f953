"""Re-posts found and look-alikes kept apart, by kind, long and short; the work at size."""

import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, text

from crawler.items import Article
from pipelines.batch import save
from pipelines.database import open_store, writing
from pipelines.fingerprint import content_hash, fingerprint
from pipelines.near_copies import NearCopies
from pipelines.similar import Story, bands, same_story, sign
from tests.pipelines.material import HALVES, Pair, Post, pairs

PAIRS = 300
SIZES = (10_000, 100_000, 1_000_000)


def story(post: Post) -> Story:
    return Story(post.title, post.text, post.files)


def merged(pair: Pair) -> bool:
    """Whether the store would find the second a copy of the first."""
    one, other = (set(bands(sign(post.text))) for post in (pair.one, pair.other))
    return bool(one & other) and same_story(story(pair.one), story(pair.other))


def accuracy() -> None:
    merges: defaultdict[tuple[str, bool, bool], dict[str, int]] = defaultdict(dict)
    for half in HALVES:
        counts = Counter((p.kind, p.same, p.long) for p in pairs(half, PAIRS) if merged(p))
        for kind in {(p.kind, p.same, p.long) for p in pairs(half, 1)}:
            merges[kind][half] = counts[kind]
    print(f"merged of {PAIRS} pairs      {'long':>20} {'short':>20}")
    print(f"{'':24} {' '.join(f'{half:>9}' for _ in 'ls' for half in HALVES)}")
    for same in (True, False):
        print("re-posts (to be merged)" if same else "look-alikes (never to be merged)")
        for kind in sorted({k for k, s, _ in merges if s is same}):
            shares = [
                merges[kind, same, long][half] / PAIRS for long in (True, False) for half in HALVES
            ]
            print(f"  {kind:22} {' '.join(f'{share:9.1%}' for share in shares)}")
    print("over all")
    for name in ("precision", "recall"):
        row = []
        for long in (True, False):
            for half in HALVES:
                found = sum(c[half] for (_, s, at), c in merges.items() if s and at is long)
                wrong = sum(c[half] for (_, s, at), c in merges.items() if not s and at is long)
                kinds = sum(1 for _, s, at in merges if s and at is long)
                row.append(
                    found / (found + wrong) if name == "precision" else found / kinds / PAIRS
                )
        print(f"  {name:22} {' '.join(f'{share:9.1%}' for share in row)}")


def speed() -> None:
    """CPU of an article, and bytes of the index, beside so many stored posts."""
    stories = [pair for pair in pairs("tuning", 40) if pair.long and pair.same]
    start = time.process_time()
    for pair in stories:
        bands(sign(pair.one.text))
    each = (time.process_time() - start) / len(stories) * 1e6
    size = sum(len(pair.one.text) for pair in stories) // len(stories)
    print(f"\nsign and bands: {each:.0f} µs CPU for {size} characters")
    print(f"{'stored':>9} {'bytes a post':>13} {'µs, a new story':>16} {'µs, a near copy':>16}")
    for stored in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "s.db"
            store = open_store(f"sqlite:///{path}", create=True)
            with writing(store).begin() as connection:
                save(connection, [article(pair.one, n) for n, pair in enumerate(stories)])
            before = occupied(store)
            fill(store, stored)
            grown = (occupied(store) - before) / stored
            others = [pair.one for pair in pairs("held_out", 40) if pair.long and pair.same]
            times = [look_up(store, posts) for posts in (others, [p.other for p in stories])]
            print(f"{stored:9,} {grown:13.0f} {times[0]:16.0f} {times[1]:16.0f}")
            store.dispose()


def article(post: Post, number: int) -> Article:
    url = f"https://a.example/{number}.html"
    made = Article(
        url=url,
        canonical_url=url,
        fetched_at=datetime.now(UTC),
        capture_sha256="",
        title=post.title,
        text=post.text,
    )
    made.content_hash, made.fingerprint = content_hash(made), fingerprint(made)
    return made


def fill(store: Engine, posts: int) -> None:
    """Signatures of that many other posts: numbers at random, as hashes are."""
    numbers = np.random.default_rng(1).integers(-(2**63), 2**63, posts * 20, np.int64)
    order = np.argsort(numbers)
    rows = zip(numbers[order].tolist(), (order // 20 + 1_000_000).tolist(), strict=True)
    with writing(store).begin() as connection:
        cursor = connection.connection.cursor()
        cursor.executemany("INSERT INTO bands (hash, revision_id) VALUES (?, ?)", rows)


def occupied(store: Engine) -> int:
    with store.connect() as connection:
        pages, size = (
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("page_count", "page_size")
        )
    return int(pages * size)


def look_up(store: Engine, posts: list[Post]) -> float:
    articles = [article(post, n) for n, post in enumerate(posts)]
    with store.connect() as connection:
        next(NearCopies(connection).find(articles[0]), None)  # the statement is compiled once
        start = time.process_time()
        for each in articles:
            next(NearCopies(connection).find(each), None)
        return (time.process_time() - start) / len(articles) * 1e6


def main() -> None:
    accuracy()
    speed()


if __name__ == "__main__":
    main()
