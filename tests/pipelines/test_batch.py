from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from crawler.items import Article, Candidate, Image, Record
from crawler.reading.dates import CST
from pipelines import models
from pipelines.batch import revise
from pipelines.database import open_store, writing
from pipelines.fingerprint import content_hash, fingerprint
from pipelines.identity_map import record_id
from pipelines.records import stored, stream_records
from pipelines.revision import compare
from pipelines.story import cancel
from tests.conftest import NOW, save

Make = Callable[..., Article]


def changes(store: Engine) -> list[tuple[str, int]]:
    with store.connect() as connection:
        rows = connection.execute(
            select(models.Change.kind, models.Change.version).order_by(models.Change.seq)
        )
        return [(kind, version) for kind, version in rows]


def count(store: Engine, table: type[models.Base]) -> int:
    with store.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def outcomes(store: Engine, *articles: Article) -> list[str]:
    return [outcome for outcome, _ in save(store, list(articles))]


def corrected(article: Article, **fields: object) -> Article:
    article = replace(article, **fields)
    article.content_hash = content_hash(article)
    article.fingerprint = fingerprint(article)
    return article


def test_created_then_unchanged(store: Engine, make_article: Make) -> None:
    article = make_article()
    assert outcomes(store, article) == ["created"]
    assert outcomes(store, article) == ["unchanged"]
    assert changes(store) == [("created", 1)]
    assert count(store, models.Revision) == 1


def test_what_was_stored_comes_back(store: Engine, make_article: Make) -> None:
    article = make_article(authors=["张三", "李四"])
    ((_, record),) = save(store, [article])
    assert isinstance(record, Record)
    assert list(stream_records(store)) == [record]
    assert record.id == record_id(article.canonical_url)
    assert (record.title, record.text, record.author) == (article.title, article.text, "张三、李四")
    assert record.first_seen_at == "2026-11-24T20:00:00+08:00"


def test_correction_is_a_revision_of_the_same_record(store: Engine, make_article: Make) -> None:
    article = make_article()
    later = corrected(article, title="更正后的标题")
    ((_, first),) = save(store, [article])
    ((outcome, second),) = save(store, [later])
    assert outcome == "revised"
    assert (second.id, second.version, second.title) == (first.id, 2, "更正后的标题")
    assert second.seq > first.seq
    assert second.first_seen_at == first.first_seen_at


def test_a_content_that_comes_back_is_no_new_revision(store: Engine, make_article: Make) -> None:
    article = make_article()
    for content in (article, corrected(article, title="改"), article):
        save(store, [content])
    assert count(store, models.Revision) == 2
    (record,) = stream_records(store)
    assert (record.version, record.title) == (3, article.title)


def test_copy_under_another_url_is_one_record(store: Engine, make_article: Make) -> None:
    original = make_article(1)
    copy = make_article(1, url="https://www.sample.example/gddt/content/post_9.html")
    assert outcomes(store, original, copy) == ["created", "merged"]
    assert outcomes(store, copy, original) == ["unchanged", "unchanged"]
    (record,) = stream_records(store)
    assert record.url == original.url
    assert record.duplicates == [copy.url]
    assert changes(store) == [("created", 1), ("merged", 1)]


def test_copy_that_changes_becomes_a_post(store: Engine, make_article: Make) -> None:
    original = make_article(1)
    copy = make_article(1, url="https://www.sample.example/gddt/content/post_9.html")
    save(store, [original, copy])
    own = corrected(copy, text="另一篇正文。" * 30)
    assert outcomes(store, own) == ["created"]
    records = {record.url: record for record in stream_records(store)}
    assert set(records) == {original.url, copy.url}
    assert records[original.url].duplicates == []


def test_original_that_is_corrected_keeps_its_copy(store: Engine, make_article: Make) -> None:
    original = make_article(1)
    copy = make_article(1, url="https://www.sample.example/gddt/content/post_9.html")
    save(store, [original, copy])
    save(store, [corrected(original, text=original.text + "又及。")])
    assert outcomes(store, copy) == ["unchanged"]
    assert len(list(stream_records(store))) == 1


def test_unchanged_writes_nothing(store: Engine, make_article: Make) -> None:
    articles = [make_article(n) for n in range(50)]
    save(store, articles)
    tables = (models.Record, models.RecordUrl, models.Revision, models.Change)
    before = [count(store, table) for table in tables]
    save(store, articles)
    assert [count(store, table) for table in tables] == before == [50] * 4


def test_sqlite_survives_a_power_failure(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/s.db", create=True).connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_stream_after_a_cursor(store: Engine, make_article: Make) -> None:
    save(store, [make_article(n) for n in range(1200)])
    everything = list(stream_records(store))
    assert [r.seq for r in everything] == sorted({r.seq for r in everything})
    assert len(everything) == 1200
    assert len(list(stream_records(store, after=everything[-6].seq))) == 5


@pytest.mark.parametrize("same_batch", [True, False])
def test_order_in_a_batch_counts(store: Engine, make_article: Make, same_batch: bool) -> None:
    article = make_article()
    later = corrected(article, title="更正后的标题")
    if same_batch:
        assert outcomes(store, article, later) == ["created", "revised"]
    else:
        assert outcomes(store, article) + outcomes(store, later) == ["created", "revised"]
    (record,) = stream_records(store)
    assert (record.title, record.version) == ("更正后的标题", 2)


def test_what_engines_refuse_is_left_out(store: Engine, make_article: Make) -> None:
    """NUL, surrogates and controls; all else comes back as it was, on every engine."""
    long = "很长的正文，" * 400_000
    odd = make_article(
        title="标\x00题\ud800一\x1b二",
        text=long + "𠮷\U0001f600é\u0301",
        authors=["张\x00三"],
        date_published=datetime.fromisoformat("2024-08-25T01:02:03+08:00"),
        date_precision="second",
    )
    odd.chosen = {"title": Candidate("标\x00题", "meta:t\ud800", 1, "/html")}
    ((_, record),) = save(store, [odd])
    assert (record.title, record.authors) == ("标题一二", ["张三"])
    assert record.text == long + "𠮷\U0001f600é\u0301"
    assert record.date_published == "2024-08-25T01:02:03+08:00"


def test_a_correction_dated_later_keeps_the_first_day(store: Engine, make_article: Make) -> None:
    first = make_article(
        date_published=datetime.fromisoformat("2024-08-25T10:00:00+08:00"), date_precision="minute"
    )
    later = corrected(
        first, title="更正", date_published=datetime.fromisoformat("2024-09-01T08:00:00+08:00")
    )
    ((_, before),) = save(store, [first])
    ((_, after),) = save(store, [later])
    assert after.date_published == before.date_published == "2024-08-25T10:00:00+08:00"
    assert (after.title, after.id) == ("更正", before.id)
    earlier = corrected(
        later, title="再更正", date_published=datetime.fromisoformat("2024-08-20T08:00:00+08:00")
    )
    ((_, last),) = save(store, [earlier])
    assert last.date_published == "2024-08-20T08:00:00+08:00"


def test_a_text_that_breaks_off_is_refused(store: Engine, make_article: Make) -> None:
    whole = make_article()
    ((_, before),) = save(store, [whole])
    cut = corrected(whole, text=whole.text[:40], ended=False)
    pictures = corrected(whole, text="", images=[Image("https://a.example/1.jpg")])
    assert outcomes(store, cut, pictures) == ["refused", "refused"]
    shorter = corrected(whole, text=whole.text[:40], ended=True)  # the page is whole
    assert outcomes(store, shorter) == ["revised"]
    assert before.version == 1


def reread(store: Engine, article: Article, revision: int) -> int:
    """Revise a record with what was read anew from the captures of a revision."""
    with writing(store).begin() as connection:
        record = record_id(article.canonical_url)
        return revise(connection, [(record, revision, article)], NOW + timedelta(days=9), None)


def test_what_was_read_anew_is_a_revision(store: Engine, make_article: Make) -> None:
    article = make_article()
    save(store, [article])
    assert reread(store, corrected(article, title="读对了的标题"), 1) == 1
    (record,) = stream_records(store)
    assert (record.title, record.version) == ("读对了的标题", 2)
    assert record.fetched_at == NOW.astimezone(CST).isoformat(timespec="seconds")
    assert record.updated_at == "2026-12-03T20:00:00+08:00"
    assert changes(store) == [("created", 1), ("revised", 2)]


def test_what_was_overtaken_is_left(store: Engine, make_article: Make) -> None:
    """Another crawl has read the post, or found it gone, since its page was read anew."""
    article = make_article()
    save(store, [article])
    save(store, [corrected(article, title="又更正了")])
    anew = corrected(article, title="读对了的标题")
    assert reread(store, anew, 1) == 0
    with writing(store).begin() as connection:
        cancel(connection, [record_id(article.canonical_url)], "withdrawn", NOW, None)
    assert reread(store, anew, 2) == 0
    (record,) = stream_records(store)
    assert (record.status, record.version, record.title) == ("canceled", 2, "又更正了")


def test_a_day_that_was_kept_is_no_difference(store: Engine, make_article: Make) -> None:
    day = datetime.fromisoformat("2024-08-25T00:00:00+08:00")
    first = make_article(date_published=day, date_raw="2024-08-25", date_precision="day")
    later = corrected(
        first, title="更正", date_raw="2024-09-01", date_published=day + timedelta(days=7)
    )
    save(store, [replace(first)])
    save(store, [replace(later)])
    (kept,) = stored(store, [record_id(first.canonical_url)])
    assert kept.first_day
    anew = corrected(later, title="读对了的标题")
    found, new = compare(kept.content, anew, first_day=True)
    assert (found, new["date_published"]) == ({"title": "material"}, day.isoformat())
    assert compare(kept.content, replace(later), first_day=True) == ({}, {})
