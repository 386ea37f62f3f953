import gzip
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from crawler.items import Article, Capture, Image
from pipelines.archive import Archive
from pipelines.batch import revise
from pipelines.database import open_store, upgrade, writing
from pipelines.identity_map import record_id
from pipelines.records import stream_records
from pipelines.takedown import Done, NotFound, Order, release, restore, take_down
from tests.conftest import NOW, save, to_schema_0003
from tests.pipelines.material import Maker
from tests.pipelines.test_batch import corrected

Make = Callable[..., Article]
LATER = NOW + timedelta(days=1)


def do(store: Engine, action: Callable[..., Done], target: str, *more: Any, who: str = "") -> Done:
    with writing(store).begin() as connection:
        return action(connection, Order(target, "权利人要求", who), LATER, *more)


def kinds(store: Engine) -> list[str]:
    with store.connect() as connection:
        return list(connection.execute(text("SELECT kind FROM changes ORDER BY seq")).scalars())


def outcomes(store: Engine, *articles: Article) -> list[tuple[str, Any]]:
    return [
        (outcome, what if isinstance(what, str) else what.status)
        for outcome, what in save(store, list(articles))
    ]


def test_taken_down_by_id_or_url_and_never_again(store: Engine, make_article: Make) -> None:
    article = make_article()
    copy = make_article(1, url="https://www.sample.example/gddt/content/post_9.html")
    ((_, record), _) = save(store, [article, copy])
    done = do(store, take_down, copy.url)
    assert (done.records, set(done.urls)) == ((record.id,), {article.url, copy.url})
    (gone,) = stream_records(store)
    assert (gone.id, gone.status, gone.reason, gone.url, gone.title) == (
        *(record.id, "canceled", "taken_down", None, None),
    )
    elsewhere = make_article(1, url="https://other.example/1.html")
    assert outcomes(store, article, copy, elsewhere) == [("refused", "taken_down")] * 3
    other = corrected(article, text="另一篇全新的正文，与前文无关。" * 20)
    assert outcomes(store, other) == [("refused", "taken_down")]  # the same address
    assert kinds(store) == ["created", "merged", "taken_down"]


def test_an_address_that_was_never_imported(store: Engine, make_article: Make) -> None:
    article = make_article()
    save(store, [make_article(2)])
    assert do(store, take_down, article.url).records == ()
    assert outcomes(store, article) == [("refused", "taken_down")]
    with pytest.raises(NotFound, match="0123456789abcdef"):
        do(store, take_down, "0123456789abcdef")


def test_restored(store: Engine, make_article: Make) -> None:
    article = make_article()
    ((_, record),) = save(store, [article])
    do(store, take_down, record.id)
    assert do(store, restore, record.id).records == (record.id,)
    (back,) = stream_records(store)
    assert (back.status, back.text, back.reason) == ("usable", record.text, None)
    assert back.seq > record.seq
    assert outcomes(store, article) == [("unchanged", "usable")]
    with pytest.raises(NotFound):
        do(store, restore, record.id)


def test_purged(store: Engine, make_article: Make, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", 10**9)
    mine, other = (
        Capture.of(f"https://www.sample.example/tzgg/content/post_{n}.html", NOW, 200, (), body)
        for n, body in ((1, b"<p>secret</p>"), (2, b"<p>public</p>"))
    )
    first = make_article(1, capture_sha256=mine.sha256, images=[Image("https://a.example/1.jpg")])
    with writing(store).begin() as connection:
        archive.keep(connection, [mine, other, mine])
    archive.close()
    ((_, record),) = save(store, [first])
    done = do(store, take_down, record.id, archive)
    assert done.captures == 2
    archive.recover(store)
    assert archive.load(store, mine.sha256) is None
    kept = archive.load(store, other.sha256)
    assert kept is not None
    assert kept.body == other.body
    (path,) = archive.folder.iterdir()
    assert b"secret" not in gzip.decompress(path.read_bytes())
    with store.connect() as connection:
        rows = connection.execute(text("SELECT title, text, html, images FROM revisions")).all()
    assert [(row.title, row.text, row.html) for row in rows] == [("", "", "")]
    # Restored, it may come back from the site; its content is gone.
    do(store, restore, record.id)
    (gone,) = stream_records(store)
    assert gone.status == "canceled"
    assert outcomes(store, first) == [("restored", "usable")]
    (back,) = stream_records(store)
    assert (back.title, back.text) == (first.title, first.text)


LONG = "\n".join(Maker("tuning", 7).paragraph(3) for _ in range(12))


@pytest.mark.parametrize("purge", [False, True])
def test_what_resembles_it_is_held(
    store: Engine, make_article: Make, tmp_path: Path, purge: bool
) -> None:
    article = make_article(1, text=LONG)
    near = make_article(2, url="https://b.example/2.html", text=f"本站讯：\n{LONG[:-40]}")
    save(store, [article, make_article(3)])
    archive = [Archive(tmp_path / "archive", 10**9)] if purge else []
    do(store, take_down, article.url, *archive)
    assert outcomes(store, near) == [("held", "like_taken_down")]
    assert outcomes(store, near) == [("unchanged", "held")]
    assert outcomes(store, make_article(4)) == [("created", "usable")]
    # The operator finds that it is another story.
    do(store, release, near.url, who="王编辑")
    assert outcomes(store, corrected(near, title="更正")) == [("revised", "usable")]
    # Its copies are its copies.
    copy = corrected(near, url="https://c.example/3", canonical_url="https://c.example/3")
    assert outcomes(store, copy) == [("merged", "usable")]


def test_a_correction_that_resembles_it_is_held(store: Engine, make_article: Make) -> None:
    gone, other = make_article(1, text=LONG), make_article(2)
    save(store, [gone, other])
    do(store, take_down, gone.url)
    changed = corrected(other, text=f"本站讯：\n{LONG[:-40]}")
    assert outcomes(store, changed) == [("held", "like_taken_down")]
    assert [r.title for r in stream_records(store) if r.status == "usable"] == [other.title]


def test_what_is_read_anew_brings_nothing_back(store: Engine, make_article: Make) -> None:
    """A page was misread; by today's rules it says what was taken down, or nearly."""
    gone, exact, near = (make_article(n) for n in (1, 2, 3))
    save(store, [corrected(gone, text=LONG), exact, near])
    do(store, take_down, gone.url)
    for number, article, body in ((2, exact, LONG), (3, near, f"本站讯：\n{LONG[:-40]}")):
        with writing(store).begin() as connection:
            anew = corrected(article, text=body, title=gone.title)
            reading = record_id(article.canonical_url), number, anew
            assert revise(connection, [reading], LATER, None) == 0
    assert {r.version for r in stream_records(store) if r.status == "usable"} == {1}
    do(store, release, near.url)
    assert [r.version for r in stream_records(store) if r.url == near.url] == [2]


def test_what_was_restored_holds_nothing(store: Engine, make_article: Make) -> None:
    article = make_article(1, title="一件事", text=LONG)
    near = make_article(
        2, url="https://b.example/2", title="一件事", text=f"本站讯：\n{LONG[:-40]}"
    )
    save(store, [article])
    do(store, take_down, article.url)
    save(store, [near])
    do(store, restore, article.url)
    with pytest.raises(NotFound, match="which is published"):
        do(store, release, near.url)
    assert outcomes(store, near) == [("merged", "usable")]


def test_tombstones_of_before_are_signed(tmp_path: Path, make_article: Make) -> None:
    store = open_store(f"sqlite:///{tmp_path}/s.db", create=True)
    article = make_article(1, text=LONG)
    save(store, [article])
    do(store, take_down, article.url)
    with writing(store).begin() as connection:
        connection.execute(text("DELETE FROM tombstones WHERE kind = 'signature'"))
    to_schema_0003(store)
    upgrade(store)
    near = make_article(2, url="https://b.example/2.html", text=f"本站讯：\n{LONG[:-40]}")
    assert outcomes(store, near) == [("held", "like_taken_down")]
    store.dispose()


def test_a_correction_is_known_to_near_copies_once_released(
    store: Engine, make_article: Make
) -> None:
    article = make_article(1, title="一件事")
    save(store, [article])
    later = corrected(article, text=LONG, hold="noarchive")
    assert outcomes(store, later) == [("held", "noarchive")]
    copy = make_article(2, url="https://b.example/2", title="一件事", text=LONG)
    near = make_article(
        3, url="https://c.example/3", title="一件事", text=f"本站讯：\n{LONG[:-40]}"
    )
    do(store, release, article.url)
    assert outcomes(store, copy, near) == [("merged", "usable")] * 2


def test_a_copy_found_meanwhile_lets_a_correction_wait(store: Engine, make_article: Make) -> None:
    article = make_article()
    copy = corrected(article, url="https://b.example/2", canonical_url="https://b.example/2")
    save(store, [article])
    save(store, [corrected(article, title="更正", hold="noarchive"), copy])
    do(store, release, article.url)
    (record,) = stream_records(store)
    assert (record.title, record.duplicates) == ("更正", [copy.url])


def test_the_audit_log_is_append_only(store: Engine, make_article: Make) -> None:
    ((_, record),) = save(store, [make_article()])
    do(store, take_down, record.id, who="某律师")
    do(store, restore, record.id)
    with store.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit ORDER BY id")).all()
    assert [(r.action, r.target, r.reason, r.requested_by) for r in rows] == [
        ("takedown", record.id, "权利人要求", "某律师"),
        ("restore", record.id, "权利人要求", ""),
    ]
    assert all("@" in r.who for r in rows)
    for statement in ("UPDATE audit SET who = ''", "DELETE FROM audit"):
        with pytest.raises(DBAPIError), store.begin() as connection:
            connection.execute(text(statement))


def test_held_until_released(store: Engine, make_article: Make) -> None:
    article = make_article(hold="no_reprint")
    assert outcomes(store, article) == [("held", "no_reprint")]
    assert outcomes(store, article) == [("unchanged", "held")]
    assert list(stream_records(store)) == []
    assert kinds(store) == []
    newer = corrected(article, title="新标题")
    assert outcomes(store, newer) == [("held", "no_reprint")]
    do(store, release, article.url, who="王编辑")
    (record,) = stream_records(store)
    assert (record.status, record.title, record.editor) == ("usable", "新标题", "王编辑")
    assert kinds(store) == ["created"]
    # The editor's word stands for later corrections, too.
    assert outcomes(store, corrected(newer, title="再新")) == [("revised", "usable")]
    with pytest.raises(NotFound, match="not held"):
        do(store, release, article.url)


def test_what_need_not_be_held_any_more_is_published(store: Engine, make_article: Make) -> None:
    article = make_article(hold="not_allowed")
    save(store, [article])
    article.hold = ""
    assert outcomes(store, article) == [("created", "usable")]
    assert kinds(store) == ["created"]


def test_a_held_correction_leaves_the_last_good_revision(store: Engine, make_article: Make) -> None:
    article = make_article()
    ((_, record),) = save(store, [article])
    later = corrected(article, title="更正", hold="noarchive")
    assert outcomes(store, later) == [("held", "noarchive")]
    assert outcomes(store, later) == [("unchanged", "usable")]
    assert [r.title for r in stream_records(store)] == [article.title]
    do(store, release, record.id)
    (after,) = stream_records(store)
    assert (after.title, after.version) == ("更正", 2)
    assert kinds(store) == ["created", "revised"]


def test_a_held_page_takes_no_published_post_s_place(store: Engine, make_article: Make) -> None:
    reprint = make_article(1, source="某市委组织部", source_raw="某市委组织部", publisher="另一站")
    own = make_article(
        1,
        url="https://own.example/1.html",
        source="某市委组织部",
        publisher="某市委组织部",
        hold="no_reprint",
    )
    save(store, [reprint])
    save(store, [own])
    (record,) = stream_records(store)
    assert (record.url, record.status) == (reprint.url, "usable")


def test_a_post_that_others_stood_for_is_held_like_any(store: Engine, make_article: Make) -> None:
    own = make_article(1, source="某市", publisher="某市", url="https://own.example/1.html")
    reprint = make_article(1, source="某市", publisher="另一站")
    save(store, [reprint])
    save(store, [own])  # takes over: the reprint's address leads to it
    other = corrected(reprint, text="另一篇全新的正文，与前文无关。" * 20, hold="no_reprint")
    assert outcomes(store, other) == [("held", "no_reprint")]
    assert [r.url for r in stream_records(store) if r.status == "usable"] == [own.url]


def test_what_is_released_is_known_to_near_copies(store: Engine, make_article: Make) -> None:
    paragraphs = [
        f"第{n}条工作要抓实抓细，责任到人，按月通报进展情况。" for n in "甲乙丙丁戊己庚辛壬癸"
    ]
    text = "\n".join(paragraphs * 3)
    article = make_article(1, text=text, hold="no_reprint")
    save(store, [article])
    do(store, release, article.url)
    copy = make_article(
        1, url="https://other.example/1.html", text="本站讯：\n" + text + "\n转自某网"
    )
    assert outcomes(store, copy) == [("merged", "usable")]
