"""A reader that follows the change log neither misses nor repeats, whoever writes beside it."""

import threading
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import func, select

from crawler.items import Article
from pipelines import models
from pipelines.database import open_store
from pipelines.fingerprint import content_hash
from pipelines.records import stream_records
from tests.conftest import save

WRITERS, POSTS = 3, 20


def test_readers_follow_concurrent_writers(
    store_url: str, make_article: Callable[..., Article]
) -> None:
    open_store(store_url, create=True).dispose()
    failed: list[BaseException] = []

    def write(number: int) -> None:
        engine = open_store(store_url)
        try:
            for n in range(POSTS):
                article = make_article(1000 * number + n)
                save(engine, [article])
                # Every writer corrects also what another has written.
                shared = replace(make_article(1), title=f"第{number}人第{n}次更正")
                shared.content_hash = content_hash(shared)
                save(engine, [shared])
        except BaseException as error:
            failed.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, WRITERS + 1)]
    for thread in threads:
        thread.start()
    reader = open_store(store_url)
    seen: list[tuple[int, str]] = []
    while any(thread.is_alive() for thread in threads):
        after = seen[-1][0] if seen else 0
        seen += [(record.seq, record.id) for record in stream_records(reader, after=after)]
    seen += [(record.seq, record.id) for record in stream_records(reader, after=seen[-1][0])]
    assert failed == []
    seqs = [seq for seq, _ in seen]
    assert seqs == sorted(set(seqs))
    final = {(record.seq, record.id) for record in stream_records(reader)}
    assert len(final) == WRITERS * POSTS + 1
    assert final <= set(seen)  # the last word on every record was heard
    with reader.connect() as connection:
        changes = connection.execute(select(func.count()).select_from(models.Change)).scalar_one()
    assert changes == 2 * WRITERS * POSTS
    reader.dispose()
