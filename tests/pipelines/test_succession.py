"""What becomes of a story whose primary is withdrawn, on its own site and on others."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select

from crawler.items import Article, Capture, Listed, Order, Record, Visit
from pipelines import models
from pipelines.archive import Archive
from pipelines.database import writing
from pipelines.ledger import Ledger
from pipelines.records import stream_records
from pipelines.story import cancel
from pipelines.takedown import NotFound, release, restore, take_down
from pipelines.withdrawal import Settlement
from tests.conftest import NOW, save
from tests.pipelines.material import Maker
from tests.pipelines.test_batch import changes, corrected
from tests.pipelines.test_ledger import tell

Make = Callable[..., Article]
STORY = "\n".join(Maker("tuning", 5).paragraph(3) for _ in range(14))
COPY = f"本报讯 （记者 张三）{STORY}\n（责任编辑：李四）"
LATER = NOW + timedelta(days=1)
HERE, THERE = "https://www.sample.example", "https://other.example"


@pytest.fixture
def primary(make_article: Make) -> Article:
    return make_article(1, title="一件事", text=STORY)


@pytest.fixture
def here(make_article: Make) -> Article:
    """A copy in another channel of the same site."""
    return make_article(2, title="一件事", url=f"{HERE}/gddt/2.html", text=COPY)


@pytest.fixture
def there(make_article: Make) -> Article:
    """A copy on another host."""
    return make_article(3, title="一件事", url=f"{THERE}/3.html", text=COPY)


def withdraw(store: Engine, article: Article) -> None:
    with writing(store).begin() as connection:
        ids = connection.execute(
            select(models.Record.id).where(models.Record.canonical_url == article.canonical_url)
        ).scalars()
        cancel(connection, list(ids), "withdrawn", LATER, None)


def read(store: Engine, *articles: Article) -> list[tuple[str, str]]:
    """Outcomes, and the reason or the URL of the record that stands for it."""
    return [
        (outcome, what if isinstance(what, str) else what.url)
        for outcome, what in save(store, list(articles))
    ]


def lines(store: Engine) -> dict[str | None, Record]:
    return {record.url: record for record in stream_records(store)}


def statuses(store: Engine) -> dict[str | None, str]:
    return {url: record.reason or record.status for url, record in lines(store).items()}


def by_url(store: Engine, article: Article, editor: str = "王编辑") -> None:
    with writing(store).begin() as connection:
        release(connection, Order(article.url, "", editor), LATER)


def test_a_copy_on_the_same_site_takes_over(
    store: Engine, primary: Article, here: Article, there: Article
) -> None:
    save(store, [primary, here, there])
    assert statuses(store) == {primary.url: "usable"}
    withdraw(store, primary)
    assert read(store, here, there) == [("created", here.url), ("merged", here.url)]
    found = lines(store)
    assert statuses(store) == {primary.url: "withdrawn", here.url: "usable"}
    assert found[here.url].duplicates == [there.url]
    assert found[primary.url].duplicates == []
    # The page that was withdrawn is back: its place is taken.
    assert read(store, primary) == [("merged", here.url)]
    found = lines(store)
    assert found[primary.url].duplicate_of == found[here.url].id
    assert found[here.url].duplicates == [there.url, primary.url]
    assert read(store, primary, here, there) == [("unchanged", here.url)] * 3


def test_what_leads_to_a_withdrawn_post_follows_whoever_takes_over(
    store: Engine, primary: Article, here: Article, there: Article
) -> None:
    save(store, [primary, here, there])
    withdraw(store, primary)
    assert read(store, here) == [("created", here.url)]
    assert lines(store)[here.url].duplicates == [there.url]


def test_copies_on_other_hosts_wait_for_the_operator(
    store: Engine, primary: Article, there: Article, make_article: Make
) -> None:
    fourth = make_article(4, title="一件事", url="https://fourth.example/4.html", text=STORY)
    save(store, [primary, there, fourth])
    withdraw(store, primary)
    held = ("held", "withdrawn_elsewhere")
    assert read(store, there, fourth) == [held, held]
    assert [outcome for outcome, _ in read(store, there, fourth)] == ["unchanged"] * 2
    assert statuses(store) == {primary.url: "withdrawn"}
    by_url(store, there)
    found = lines(store)
    assert found[there.url].status == "usable"
    assert (found[there.url].editor, found[there.url].duplicates) == ("王编辑", [fourth.url])
    assert set(found) == {primary.url, there.url}
    with pytest.raises(NotFound, match="not held"):
        by_url(store, there)
    assert read(store, there, fourth) == [("unchanged", there.url)] * 2


def test_a_copy_found_later_waits_too(store: Engine, primary: Article, there: Article) -> None:
    save(store, [primary])
    withdraw(store, primary)
    assert read(store, there) == [("held", "withdrawn_elsewhere")]
    # The post is back, and stands for what waited.
    assert read(store, primary) == [("restored", primary.url)]
    assert lines(store)[primary.url].duplicates == [there.url]
    with pytest.raises(NotFound):
        by_url(store, there)
    assert read(store, there) == [("unchanged", primary.url)]


def test_a_post_that_moved_on_its_site_is_published(
    store: Engine, primary: Article, here: Article
) -> None:
    save(store, [primary])
    withdraw(store, primary)
    assert read(store, here) == [("created", here.url)]


def test_the_publishers_own_page_waits_for_nobody(
    store: Engine, primary: Article, there: Article
) -> None:
    own = corrected(there, publisher="某某日报")  # the primary names it as its source
    save(store, [primary])
    withdraw(store, primary)
    assert read(store, own) == [("created", own.url)]


def test_a_duplicate_that_was_exported_waits_with_its_record(
    store: Engine, primary: Article, there: Article
) -> None:
    """The publisher's page took over; now it is gone, and the page before is on another host."""
    own = corrected(primary, publisher="某某日报")
    save(store, [there])
    before = lines(store)[there.url]
    save(store, [own])
    assert statuses(store) == {there.url: "duplicate", own.url: "usable"}
    withdraw(store, own)
    assert read(store, there) == [("held", "withdrawn_elsewhere")]
    assert [outcome for outcome, _ in read(store, there)] == ["unchanged"]
    assert statuses(store) == {there.url: "duplicate", own.url: "withdrawn"}
    by_url(store, there)
    after = lines(store)[there.url]
    assert (after.id, after.status, after.version) == (before.id, "usable", before.version)
    assert (after.duplicate_of, after.text) == (None, COPY)


def test_a_duplicate_on_the_same_site_is_restored(
    store: Engine, primary: Article, here: Article
) -> None:
    own = corrected(here, publisher="某某日报")
    save(store, [primary])
    lines(store)
    save(store, [own])
    withdraw(store, own)
    assert read(store, primary) == [("restored", primary.url)]
    assert statuses(store) == {primary.url: "usable", own.url: "withdrawn"}


def test_takedown_and_restore_keep_who_was_what(
    store: Engine, primary: Article, here: Article, there: Article
) -> None:
    own = corrected(there, publisher="某某日报")
    save(store, [primary])
    lines(store)
    save(store, [own, here])
    waiting = corrected(here, url="https://x.example/x", canonical_url="https://x.example/x")
    withdraw(store, own)
    assert read(store, waiting) == [("held", "withdrawn_elsewhere")]
    before = {url: (r.status, r.reason, r.duplicate_of) for url, r in lines(store).items()}
    with writing(store).begin() as connection:
        done = take_down(connection, Order(waiting.url, "权利人要求"), LATER)
    assert len(done.records) == 3
    assert {r.reason for r in stream_records(store)} == {"taken_down"}
    assert len(list(stream_records(store))) == 2  # what was held is in no export
    for article in (primary, here, own, waiting):
        assert read(store, article) == [("refused", "taken_down")]
    with pytest.raises(NotFound, match="not held"):
        by_url(store, waiting)
    with writing(store).begin() as connection:
        restore(connection, Order(primary.url, ""), LATER)
    after = {url: (r.status, r.reason, r.duplicate_of) for url, r in lines(store).items()}
    assert after == before
    by_url(store, waiting)
    assert statuses(store)[waiting.url] == "usable"


def test_the_log_says_what_happened(store: Engine, primary: Article, here: Article) -> None:
    save(store, [primary, here])
    withdraw(store, primary)
    save(store, [here])
    assert [kind for kind, _ in changes(store)] == ["created", "merged", "withdrawn", "created"]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path / "archive", 10**9)
    yield made
    made.close()


class Run:
    """A run of the ledger in which one post was found gone."""

    def __init__(self, store: Engine, archive: Archive, *articles: Article) -> None:
        self.store = store
        self.ledger = Ledger(store, archive)
        self.ledger.start_run("gdzz", {}, NOW)
        tell(self.ledger, *(with_page(article) for article in articles))

    def finds_gone(self, reason: str, *articles: Article, hours: float = 0) -> Settlement:
        at = LATER + timedelta(hours=hours)
        self.ledger = Ledger(self.store, self.ledger.archive)
        self.ledger.start_run("gdzz", {}, at)
        for article in articles:
            assert article.listed is not None
            tell(
                self.ledger,
                Visit(
                    spider="gdzz", channel="tzgg", row=article.listed, at=at,
                    outcome="refused", reason=reason,
                ),
            )  # fmt: skip
        return self.ledger.settle("gdzz", at, 2, 20)

    def owed(self) -> list[str]:
        return [known.row.url for known in self.ledger.frontier.owed("gdzz", LATER)]


def with_page(article: Article) -> Article:
    page = Capture.of(article.url, NOW, 200, (("ETag", '"1"'),), article.text.encode())
    article.listed = Listed(article.canonical_url, article.url, article.title, "2026-11-24")
    article.captures = (page,)
    article.capture_sha256 = page.sha256
    return article


def test_copies_come_with_what_is_known_of_them(
    store: Engine, archive: Archive, primary: Article, here: Article, there: Article
) -> None:
    run = Run(store, archive, primary, there, here)
    settled = run.finds_gone("http_410", primary)
    assert settled.withdrawn == 1
    assert [copy.row.url for copy in settled.copies] == [here.url, there.url]
    first = settled.copies[0]
    assert first.capture is not None
    assert (first.capture.body, first.fingerprint) == (COPY.encode(), here.fingerprint)
    # Whatever comes of that, they are asked for again, whole.
    assert sorted(run.owed()) == sorted([here.url, there.url])
    assert run.ledger.validators.headers(here.url) == {}
    adopted = run.ledger.adopt([here, there], LATER)
    assert [outcome for outcome, _ in adopted] == ["created", "merged"]
    assert lines(store)[here.url].updated_at == "2026-11-25T20:00:00+08:00"


def test_a_copy_that_is_gone_with_it_takes_nothing_over(
    store: Engine, archive: Archive, primary: Article, here: Article
) -> None:
    settled = Run(store, archive, primary, here).finds_gone("http_410", primary, here)
    assert (settled.withdrawn, settled.copies) == (1, ())
    assert statuses(store) == {primary.url: "withdrawn"}


def test_a_copy_that_took_over_is_suspect_with_the_post_before(
    store: Engine, archive: Archive, primary: Article, here: Article
) -> None:
    """Both were deleted; of the copy it is learnt a run later, and needs no two sightings more."""
    run = Run(store, archive, primary, here)
    assert run.finds_gone("http_404", primary).suspect == 1
    assert run.finds_gone("http_404", primary, hours=21).withdrawn == 1
    run.ledger.adopt([here], LATER)
    assert run.finds_gone("http_404", here, hours=22).withdrawn == 1
    assert statuses(store) == {primary.url: "withdrawn", here.url: "withdrawn"}


def test_a_copy_without_its_page_is_only_owed(
    store: Engine, archive: Archive, primary: Article, here: Article
) -> None:
    run = Run(store, archive, primary, here)
    with writing(store).begin() as connection:
        connection.execute(delete(models.Capture))
    (copy,) = run.finds_gone("http_410", primary).copies
    assert copy.capture is None
    assert run.owed() == [here.url]


def test_what_feeds_write_counts_as_exported(
    store: Engine, archive: Archive, primary: Article, there: Article
) -> None:
    ledger = Ledger(store, archive, feeds=True)
    tell(ledger, there)
    tell(ledger, corrected(primary, publisher="某某日报"))
    assert statuses(store) == {there.url: "duplicate", primary.url: "usable"}
