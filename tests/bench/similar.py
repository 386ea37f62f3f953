"""Re-posts found and look-alikes kept apart, by kind, long and short; the work at size."""

import time
from collections import Counter, defaultdict

from pipelines.similar import Story, bands, same_story, sign
from tests.pipelines.material import HALVES, Pair, Post, pairs

PAIRS = 100


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
    posts = [pair.one for pair in pairs("tuning", 40) if pair.long and pair.same]
    start = time.process_time()
    for post in posts:
        bands(sign(post.text))
    each = (time.process_time() - start) / len(posts) * 1e6
    print(
        f"sign and bands: {each:.0f} µs CPU for {sum(len(p.text) for p in posts) // len(posts)} characters"
    )


def main() -> None:
    accuracy()
    speed()


if __name__ == "__main__":
    main()
