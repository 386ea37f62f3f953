import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from crawler.items import Article, Capture, Listed, Listing, Visit
from crawler.reading.dates import CST
from pipelines.archive import Archive
from pipelines.database import writing
from pipelines.ledger import Ledger
from pipelines.records import stream_records
from pipelines.takedown import Order, restore, take_down
from tests.conftest import NOW

Make = Callable[..., Article]
LIST = "https://www.sample.example/tzgg/"


@pytest.fixture
def ledger(store: Engine, tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(store, Archive(tmp_path / "archive", 10**9))
    made.run = made.start_run("gdzz", {}, NOW)
    yield made
    made.archive.close()


def row(number: int) -> Listed:
    url = f"https://www.sample.example/tzgg/content/post_{number}.html"
    return Listed(url, url, f"第{number}号", "2026-11-24")


def listing(*numbers: int, at: datetime = NOW, **details: Any) -> Listing:
    rows = tuple(row(n) for n in numbers)
    return Listing(spider="gdzz", start=LIST, channel="tzgg", at=at, rows=rows, **details)


def visit(number: int, outcome: Any, reason: str = "", at: datetime = NOW) -> Visit:
    return Visit(
        spider="gdzz", channel="tzgg", row=row(number), at=at, outcome=outcome, reason=reason
    )


def tell(ledger: Ledger, *reports: Any) -> list[Any]:
    async def run() -> list[Any]:
        futures = []
        for report in reports:
            if isinstance(report, Article):
                futures.append(ledger.store(report))
            elif isinstance(report, Visit):
                ledger.visited(report)
            else:
                ledger.listed(report)
        ledger.flush()
        return [future.result()[0] for future in futures]

    return asyncio.run(run())


def states(ledger: Ledger, *numbers: int) -> dict[int, str]:
    known = ledger.frontier.entries([row(n).canonical_url for n in numbers])
    return {n: known[row(n).canonical_url].state for n in numbers if row(n).canonical_url in known}


def test_every_listed_url_has_a_state(ledger: Ledger, make_article: Make) -> None:
    tell(ledger, listing(1, 2, 3, 4))
    assert states(ledger, 1, 2, 3, 4, 5) == {1: "owed", 2: "owed", 3: "owed", 4: "owed"}
    tell(
        ledger,
        make_article(1),
        visit(2, "refused", "soft_404"),
        visit(3, "deferred", "http_503"),
    )
    assert states(ledger, 1, 2, 3, 4) == {1: "stored", 2: "refused", 3: "deferred", 4: "owed"}
    tell(ledger, make_article(1))
    assert states(ledger, 1) == {1: "unchanged"}
    owed = ledger.frontier.owed("gdzz", NOW)
    assert {known.row.title for known in owed} == {"第3号", "第4号"}
    assert ledger.frontier.owed("other", NOW) == ledger.frontier.owed("gdzz", NOW, "zgxc") == []


def test_what_is_restored_is_owed_at_once(ledger: Ledger, make_article: Make) -> None:
    article = make_article(1)
    tell(ledger, article)
    at = (NOW + timedelta(days=1)).astimezone(CST)  # as an operator's clock shows it
    for action in (take_down, restore):
        assert ledger.frontier.owed("gdzz", at) == []
        with writing(ledger.engine).begin() as connection:
            action(connection, Order(article.url, "权利人要求"), at)
    assert len(ledger.frontier.owed("gdzz", at)) == 1


def test_what_fails_again_and_again_is_tried_daily(ledger: Ledger) -> None:
    for _ in range(3):
        tell(ledger, visit(1, "deferred", "timeout"))
        assert ledger.frontier.owed("gdzz", NOW)
    tell(ledger, visit(1, "deferred", "timeout"))
    assert not ledger.frontier.owed("gdzz", NOW + timedelta(hours=23))
    assert ledger.frontier.owed("gdzz", NOW + timedelta(hours=24))


def test_posts_are_due_by_their_age(ledger: Ledger, make_article: Make) -> None:
    tell(ledger, listing(1, 2, 3))
    tell(
        ledger,
        make_article(1, date_published=NOW - timedelta(hours=3)),
        make_article(2, date_published=NOW - timedelta(days=30)),
        visit(3, "refused", "other_host"),
    )

    def due(hours: float, limit: int = 10) -> list[str]:
        return [
            k.row.title
            for k in islice(ledger.frontier.due("gdzz", NOW + timedelta(hours=hours)), limit)
        ]

    assert due(3) == []
    assert due(4) == ["第1号"]
    assert due(24 * 7) == ["第1号", "第2号"]
    assert due(24 * 999, limit=1) == ["第1号"]
    assert {k.row.title for k in ledger.frontier.all_of("gdzz", "tzgg")} == {"第1号", "第2号"}


def due_in(ledger: Ledger, number: int, at: datetime = NOW) -> float | None:
    """Hours from `at`; None: never."""
    known = ledger.frontier.entries([row(number).canonical_url])[row(number).canonical_url]
    return (known.due_at - at) / timedelta(hours=1) if known.due_at else None


def test_what_was_refused_is_due_less_and_less_often(ledger: Ledger) -> None:
    """A page that never was a post costs no request every four hours for ever."""
    tell(ledger, listing(1))
    due = []
    for _ in range(4):
        tell(ledger, visit(1, "refused", "http_404"))
        due.append(due_in(ledger, 1))
    assert due == [4, 8, 16, 32]


def test_a_published_post_that_was_refused_is_due_by_its_age(
    ledger: Ledger, make_article: Make
) -> None:
    tell(ledger, make_article(1, listed=row(1), date_published=NOW - timedelta(days=3)))
    for _ in range(6):
        tell(ledger, visit(1, "refused", "login_wall"))
    assert due_in(ledger, 1) == 24


@pytest.mark.parametrize("date", [None, NOW + timedelta(days=999)])
def test_a_post_without_a_credible_date_ages(
    ledger: Ledger, make_article: Make, date: datetime | None
) -> None:
    undated = Listed(row(1).canonical_url, row(1).url, "第1号")
    post = make_article(1, listed=undated, date_published=date)
    tell(ledger, post)
    assert due_in(ledger, 1) == 4
    later = NOW + timedelta(days=30)
    tell(ledger, replace(post, fetched_at=later))
    assert due_in(ledger, 1, later) == 24 * 7
    tell(ledger, replace(visit(1, "unchanged", at=later), row=undated))
    assert due_in(ledger, 1, later) == 24 * 7


def test_a_redirected_post_is_visited_where_it_stands(ledger: Ledger, make_article: Make) -> None:
    """Row 1 leads to post 2: its 404 withdraws it, whatever the row's address says."""
    tell(ledger, listing(1), make_article(2, listed=row(1)))
    assert states(ledger, 1, 2) == {1: "stored", 2: "stored"}
    assert (due_in(ledger, 1), due_in(ledger, 2)) == (None, 4)
    assert [k.row.url for k in ledger.frontier.due("gdzz", NOW + timedelta(days=1))] == [row(2).url]
    tell(ledger, visit(2, "refused", "http_410"))
    assert ledger.settle("gdzz", NOW, 2, 20).withdrawn == 1


def test_a_moved_post_is_visited_where_it_was_first(ledger: Ledger, make_article: Make) -> None:
    """The record stands under its first address, which leads to the new one now."""
    first = make_article(1, listed=row(1))
    tell(ledger, first)
    moved = replace(first, url=row(2).url, canonical_url=row(2).canonical_url)
    assert tell(ledger, moved) == ["merged"]
    assert states(ledger, 1, 2) == {1: "stored"}
    tell(ledger, visit(1, "refused", "http_410"))
    assert ledger.settle("gdzz", NOW, 2, 20).withdrawn == 1


def test_validators_follow_a_good_reading_only(ledger: Ledger, make_article: Make) -> None:
    headers = (("ETag", '"a"'), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"))
    url = row(1).url
    capture = Capture.of(url, NOW, 200, headers, b"<p>1</p>")
    tell(ledger, make_article(1, captures=(capture,), listed=row(1)))
    assert ledger.validators.headers(url) == {
        "If-None-Match": '"a"',
        "If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT",
    }
    last = ledger.validators.last_capture(url)
    assert last is not None
    assert last.body == b"<p>1</p>"
    tell(ledger, visit(1, "refused", "login_wall"))
    assert ledger.validators.headers(url) == {}
    tell(ledger, make_article(1, captures=(capture,), listed=row(1)))
    with writing(ledger.engine).begin() as connection:
        connection.execute(text("UPDATE validators SET rules = rules - 1"))
    assert ledger.validators.headers(url) == {}  # other rules have read it


@pytest.mark.parametrize("value", ['"a\x00b"', '"a\rX-Forged: 1"', '"\xff"', '"\x7f"'])
def test_validators_that_no_request_may_carry_are_left_out(
    ledger: Ledger, make_article: Make, value: str
) -> None:
    headers = (("ETag", value), ("Last-Modified", value))
    capture = Capture.of(row(1).url, NOW, 200, headers, b"<p>1</p>")
    assert tell(ledger, make_article(1, captures=(capture,), listed=row(1))) == ["created"]
    assert ledger.validators.headers(row(1).url) == {}


def test_walks_go_on_where_they_were_cut(ledger: Ledger) -> None:
    assert ledger.walks.last("gdzz", LIST) == (False, None)
    ledger.walks.save("gdzz", LIST, False, NOW)
    page = {"number": 3, "page": {"url": f"{LIST}index_3.html"}}
    tell(ledger, listing(1, resume=page))
    assert ledger.walks.last("gdzz", LIST) == (False, page)
    ledger.walks.save("gdzz", LIST, False, NOW)  # the next run begins
    assert ledger.walks.last("gdzz", LIST) == (False, page)
    ledger.walks.save("gdzz", LIST, True, NOW)
    assert ledger.walks.last("gdzz", LIST) == (True, None)


def test_a_bad_report_costs_no_other(ledger: Ledger, make_article: Make) -> None:
    bad = make_article(2)
    bad.title = None  # type: ignore[assignment]
    capture = Capture.of(row(2).url, NOW, 200, (), b"<p>bad</p>")
    bad.captures = (capture,)

    async def run() -> list[Any]:
        futures = [ledger.store(article) for article in (make_article(1), bad, make_article(3))]
        ledger.flush()
        return await asyncio.gather(*futures, return_exceptions=True)

    first, failed, last = asyncio.run(run())
    assert (first[0], last[0]) == ("created", "created")
    assert isinstance(failed, Exception)
    assert ledger.archive.load(ledger.engine, capture.sha256) is None
    assert ledger.archive.recover(ledger.engine) == 0


class Withdrawals:
    """Runs of a source of ten posts, some of them gone."""

    def __init__(self, ledger: Ledger, make_article: Make) -> None:
        self.ledger, self.make = ledger, make_article
        tell(ledger, *(make_article(n, listed=row(n)) for n in range(1, 11)))

    def run(
        self,
        hours: float,
        gone: dict[int, str],
        posts: range = range(1, 11),
        *,
        lists: bool = True,
    ) -> tuple[int, int, bool]:
        """Withdrawn, suspect, frozen."""
        at = NOW + timedelta(hours=hours)
        ledger = Ledger(self.ledger.engine, self.ledger.archive)
        ledger.start_run("gdzz", {}, at)
        for n in posts:
            if n in gone:
                tell(ledger, visit(n, "refused", gone[n], at))
            else:
                tell(ledger, replace(self.make(n, listed=row(n)), fetched_at=at))
        settled = ledger.settle("gdzz", at, 2, 20, lists=lists)
        return settled.withdrawn, settled.suspect, bool(settled.frozen)

    def canceled(self) -> int:
        return sum(r.status == "canceled" for r in stream_records(self.ledger.engine))


@pytest.fixture
def source(ledger: Ledger, make_article: Make) -> Withdrawals:
    return Withdrawals(ledger, make_article)


@pytest.mark.parametrize("reason", ["http_404", "soft_404"])
def test_two_sightings_twenty_hours_apart(source: Withdrawals, reason: str) -> None:
    assert source.run(1, {1: reason}) == (0, 1, False)
    assert source.run(2, {1: reason}) == (0, 1, False)  # two runs, but an hour
    assert source.run(21, {1: reason}) == (1, 0, False)
    assert source.canceled() == 1
    # What is withdrawn may come back, but is not asked for every four hours.
    at = NOW + timedelta(hours=21)
    assert due_in(source.ledger, 1, at) == 4
    source.run(25, {1: reason})
    assert due_in(source.ledger, 1, NOW + timedelta(hours=25)) == 32


def test_410_at_once(source: Withdrawals) -> None:
    assert source.run(1, {1: "http_410"}) == (1, 0, False)


def test_a_post_that_was_seen_starts_anew(source: Withdrawals) -> None:
    source.run(1, {1: "http_404"})
    source.run(10, {})
    assert source.run(30, {1: "http_404"}) == (0, 1, False)


@pytest.mark.parametrize("reason", ["list_page", "empty_body", "robots_disallowed", "other_host"])
def test_other_refusals_are_no_evidence(source: Withdrawals, reason: str) -> None:
    for hours in (1, 30, 60):
        assert source.run(hours, {1: reason}) == (0, 0, False)


@pytest.mark.parametrize(
    ("gone", "frozen"),
    [(4, False), (5, True)],
)
def test_the_mass_guard(source: Withdrawals, gone: int, frozen: bool) -> None:
    missing = dict.fromkeys(range(1, gone + 1), "http_410")
    assert source.run(1, missing) == (0 if frozen else 4, 0, frozen)


def test_the_guard_counts_shares(source: Withdrawals, make_article: Make) -> None:
    tell(source.ledger, *(make_article(n, listed=row(n)) for n in range(11, 31)))
    missing = dict.fromkeys(range(1, 7), "http_410")
    assert source.run(1, missing, range(1, 31)) == (6, 0, False)  # exactly a fifth


def test_a_site_that_shows_nothing_withdraws_nothing(source: Withdrawals) -> None:
    """Too few posts for the guard; but no list could be read either."""
    for hours in (1, 30):
        assert source.run(hours, {1: "http_410"}, range(1, 2), lists=False) == (0, 1, False)
    assert source.run(31, {1: "http_410"}, range(1, 3), lists=False) == (1, 0, False)


def test_a_frozen_source_thaws_with_a_healthy_run(source: Withdrawals) -> None:
    everything = dict.fromkeys(range(1, 11), "http_404")
    assert source.run(1, everything) == (0, 0, True)
    assert source.run(2, {}, range(0)) == (0, 0, True)  # nothing was visited
    assert source.run(3, {1: "http_410"}) == (0, 1, False)
    assert source.run(4, {1: "http_410"}) == (1, 0, False)


def test_withdrawn_and_restored_in_the_change_log(
    source: Withdrawals, ledger: Ledger, make_article: Make
) -> None:
    source.run(1, {1: "http_410"})
    (record,) = (r for r in stream_records(ledger.engine) if r.status == "canceled")
    assert (record.reason, record.text, record.version) == ("withdrawn", None, 1)
    assert record.canceled_at
    assert record.seq == max(r.seq for r in stream_records(ledger.engine))
    assert tell(ledger, make_article(1, listed=row(1))) == ["restored"]
    (back,) = (r for r in stream_records(ledger.engine) if r.id == record.id)
    assert (back.status, back.reason, back.canceled_at, back.version) == ("usable", None, None, 1)
    assert back.seq > record.seq
