"""One story, one live record: near copies, whoever writes them, and who stands for them."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from crawler.items import Article, Record
from pipelines import models, near_copies
from pipelines.batch import revise
from pipelines.database import open_store, upgrade, writing
from pipelines.identity_map import record_id
from pipelines.records import stream_records
from tests.conftest import NOW, save, to_schema_0003
from tests.pipelines.material import Maker
from tests.pipelines.test_batch import changes, corrected, outcomes

Make = Callable[..., Article]
STORY = "\n".join(Maker("tuning", 5).paragraph(3) for _ in range(14))
COPY = f"本报讯 （记者 张三）{STORY}\n（责任编辑：李四）"


def exported(store: Engine) -> None:
    """Consumers have what is there."""
    assert list(stream_records(store))


def records(store: Engine) -> dict[str | None, Record]:
    return {record.url: record for record in stream_records(store)}


@pytest.fixture
def original(make_article: Make) -> Article:
    return make_article(1, title="一件事", text=STORY)


@pytest.fixture
def copy(make_article: Make) -> Article:
    return make_article(2, url="https://b.example/2.html", title="【要闻】一件事", text=COPY)


@pytest.mark.parametrize("same_batch", [True, False])
def test_a_near_copy_is_merged(
    store: Engine, original: Article, copy: Article, same_batch: bool
) -> None:
    if same_batch:
        assert outcomes(store, original, copy) == ["created", "merged"]
    else:
        assert outcomes(store, original) + outcomes(store, copy) == ["created", "merged"]
    (record,) = stream_records(store)
    assert (record.url, record.duplicates) == (original.url, [copy.url])
    assert outcomes(store, copy, original) == ["unchanged", "unchanged"]
    assert changes(store) == [("created", 1), ("merged", 1)]


def test_texts_too_long_to_be_compared_are_not_remembered_either(
    store: Engine, original: Article, copy: Article
) -> None:
    near_copies._story.cache_clear()
    for post in (original, copy):
        post.text *= 1 + near_copies._LONGEST // len(post.text)
    assert outcomes(store, original, copy) == ["created", "created"]
    assert near_copies._story.cache_info().currsize == 0


def test_a_near_copy_that_is_edited_stays_one(
    store: Engine, original: Article, copy: Article
) -> None:
    save(store, [original, copy])
    edited = corrected(copy, text=copy.text.replace("李四", "王五"))
    assert outcomes(store, edited) == ["unchanged"]
    assert changes(store) == [("created", 1), ("merged", 1)]
    with store.connect() as connection:
        read = select(models.RecordUrl.fingerprint).where(models.RecordUrl.url == copy.url)
        assert connection.execute(read).scalar() == edited.fingerprint


def test_a_copy_of_an_earlier_version_is_merged(
    store: Engine, original: Article, copy: Article
) -> None:
    rewritten = corrected(
        original, text="\n".join(Maker("held_out", 5).paragraph(3) for _ in "12345")
    )
    save(store, [original])
    save(store, [rewritten])
    assert outcomes(store, copy) == ["merged"]


def test_numbered_posts_are_not_merged(store: Engine, make_article: Make) -> None:
    assert outcomes(store, *(make_article(n) for n in range(1, 40))) == ["created"] * 39


@pytest.fixture
def own(make_article: Make) -> Article:
    """The page of 某某日报, which the original names as its source."""
    return make_article(
        3, url="https://c.example/3.html", title="一件事", text=STORY, publisher="某某日报"
    )


def test_the_publishers_own_page_takes_over(
    store: Engine, original: Article, copy: Article, own: Article
) -> None:
    save(store, [original, copy])
    exported(store)
    assert outcomes(store, own) == ["created"]
    found = records(store)
    loser, winner = found[original.url], found[own.url]
    assert (loser.status, loser.reason, loser.duplicate_of) == ("canceled", "duplicate", winner.id)
    assert loser.text is None
    assert winner.status == "usable"
    assert winner.duplicates == [copy.url, original.url]
    assert loser.seq > winner.seq
    assert changes(store)[-1] == ("duplicate", 1)
    # Read again, all lead to the one that stands for them.
    assert outcomes(store, original, copy, own) == ["unchanged"] * 3


@pytest.mark.parametrize("same_batch", [True, False])
def test_what_was_never_exported_has_no_line(
    store: Engine, original: Article, copy: Article, own: Article, same_batch: bool
) -> None:
    if same_batch:
        assert outcomes(store, original, copy, own) == ["created", "merged", "created"]
    else:
        save(store, [original, copy])
        save(store, [own])
    (record,) = stream_records(store)
    assert (record.url, record.duplicates) == (own.url, [copy.url, original.url])
    assert outcomes(store, original, copy, own) == ["unchanged"] * 3
    # It says something else, so it is published after all.
    other = corrected(original, text="另一篇正文，与此无关。" * 30)
    assert outcomes(store, other) == ["created"]
    found = records(store)
    assert {url: record.status for url, record in found.items()} == {
        own.url: "usable",
        original.url: "usable",
    }
    assert found[own.url].duplicates == [copy.url]


def test_before_it_is_exported_the_earliest_stands_for_a_story(
    store: Engine, original: Article, copy: Article
) -> None:
    day = datetime.fromisoformat("2024-08-25T10:00:00+08:00")
    late = corrected(original, date_published=day, date_precision="minute")
    early = corrected(copy, date_published=day - timedelta(hours=1), date_precision="minute")
    save(store, [late])
    assert outcomes(store, early) == ["created"]
    (record,) = stream_records(store)
    assert (record.url, record.duplicates) == (early.url, [late.url])
    # Now that it is exported it stays.
    third = corrected(
        late, url="https://d.example/4", canonical_url="https://d.example/4",
        date_published=day - timedelta(hours=2),
    )  # fmt: skip
    assert outcomes(store, third) == ["merged"]


def test_a_correction_makes_it_a_copy(
    store: Engine, original: Article, copy: Article, make_article: Make
) -> None:
    """Both are published; one is corrected, and says what the other does."""
    other = corrected(copy, text="另一篇正文，与此无关。" * 30)
    save(store, [original, other])
    exported(store)
    assert outcomes(store, copy) == ["merged"]
    found = records(store)
    assert found[copy.url].duplicate_of == found[original.url].id
    assert (found[copy.url].reason, found[original.url].duplicates) == ("duplicate", [copy.url])
    assert outcomes(store, original, copy) == ["unchanged"] * 2


def test_a_correction_makes_the_other_a_copy(
    store: Engine, original: Article, own: Article
) -> None:
    """It is the publisher's own page that is corrected."""
    before = corrected(own, text="另一篇正文，与此无关。" * 30)
    save(store, [original, before])
    exported(store)
    assert outcomes(store, own) == ["revised"]
    found = records(store)
    assert found[original.url].duplicate_of == found[own.url].id
    assert found[own.url].duplicates == [original.url]


def test_what_is_read_anew_may_be_a_copy(store: Engine, original: Article, copy: Article) -> None:
    """A replay finds that two posts are one."""
    save(store, [original, corrected(copy, text="读错了的正文，只有菜单。" * 30)])
    assert len(records(store)) == 2
    with writing(store).begin() as connection:
        assert revise(connection, [(record_id(copy.canonical_url), 2, copy)], NOW, None) == 1
    found = records(store)
    assert found[copy.url].duplicate_of == found[original.url].id


def test_a_duplicate_that_says_something_else_is_a_post_again(
    store: Engine, original: Article, own: Article
) -> None:
    save(store, [original])
    exported(store)
    save(store, [own])
    else_ = corrected(original, text="另一篇正文，与此无关。" * 30)
    assert outcomes(store, else_) == ["restored"]
    again = records(store)[original.url]
    assert (again.status, again.duplicate_of, again.text) == ("usable", None, else_.text)
    assert records(store)[own.url].duplicates == []


def test_duplicates_follow_when_their_primary_goes_too(store: Engine, make_article: Make) -> None:
    def post(host: str, source: str, publisher: str) -> Article:
        fields = {"source": source, "source_raw": source, "publisher": publisher}
        return make_article(1, url=f"https://{host}.example/1.html", text=STORY, **fields)

    first, second = post("a", "乙报", "甲网"), post("b", "丙报", "乙报")
    third = post("c", "丙报", "丙报")
    for article in (first, second, third):
        assert outcomes(store, article) == ["created"]
        exported(store)
    found = records(store)
    assert found[third.url].duplicates == [first.url, second.url]
    assert {found[a.url].duplicate_of for a in (first, second)} == {found[third.url].id}


def test_many_alike_cost_no_more_than_some(
    store: Engine, original: Article, make_article: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notices of one template fill the bands; what is read and compared stays bounded."""
    save(store, [make_article(n, title="通知") for n in range(1, 150)])
    compared: list[object] = []
    monkeypatch.setattr(near_copies, "same_story", lambda *posts: compared.append(posts))
    assert outcomes(store, make_article(150, title="通知")) == ["created"]
    assert 0 < len(compared) <= 64


def test_two_crawlers_make_one_live_record(store_url: str, make_article: Make) -> None:
    """Each finds the same stories at the same moment, under URLs and in words of its own."""
    open_store(store_url, create=True).dispose()
    maker = Maker("tuning", 9)
    stories = ["\n".join(maker.paragraph(3) for _ in range(14)) for _ in range(8)]
    ready = threading.Barrier(2)
    failed: list[BaseException] = []

    def crawl(host: str, head: str) -> None:
        engine = open_store(store_url)
        try:
            for n, story in enumerate(stories):
                article = make_article(n, url=f"https://{host}/{n}.html", text=head + story)
                ready.wait(60)
                save(engine, [article])
        except BaseException as error:
            failed.append(error)
            ready.abort()
        finally:
            engine.dispose()

    threads = [
        threading.Thread(target=crawl, args=arguments)
        for arguments in (("a.example", "本报讯 （记者 张三）"), ("b.example", "来源：乙报\n"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    store = open_store(store_url)
    found = list(stream_records(store))
    assert len(found) == len(stories)
    assert all(len(record.duplicates) == 1 for record in found)
    with store.connect() as connection:
        bands = connection.execute(select(func.count()).select_from(models.Band)).scalar_one()
    assert bands == 20 * len(stories)
    store.dispose()


def test_posts_stored_before_the_index_are_found(
    tmp_path: Path, original: Article, copy: Article
) -> None:
    """The migration signs what is there."""
    store = open_store(f"sqlite:///{tmp_path}/s.db", create=True)
    save(store, [original])
    to_schema_0003(store)
    with writing(store).begin() as connection:
        connection.execute(text("DROP TABLE bands"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    upgrade(store)
    assert outcomes(store, copy) == ["merged"]
    with store.connect() as connection:
        (row,) = connection.execute(select(models.Record.id, models.Record.story)).all()
    assert row.story == row.id
    store.dispose()
