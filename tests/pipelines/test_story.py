"""Whatever happens to the posts of two stories, each has one live record and consumers know it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from crawler.items import Article, Order
from pipelines.database import open_store, writing
from pipelines.models import Record, Revision
from pipelines.records import stream_records
from pipelines.similar import Story, same_story
from pipelines.story import cancel
from pipelines.takedown import NotFound, release, restore, take_down
from tests.conftest import NOW, save
from tests.pipelines.material import Maker
from tests.pipelines.test_batch import corrected

TEXTS = ["\n".join(Maker("tuning", n).paragraph(4) for _ in range(5)) for n in (5, 6)]
HOSTS = {"a.example": "甲网", "b.example": "乙网", "c.example": "某某日报"}  # the outlet named
STEPS = 40


class Actors:
    """Sites that post and delete, an operator, and a consumer who follows."""

    def __init__(self, store: Engine, make: Callable[..., Article], seed: int) -> None:
        self.store, self.make = store, make
        self.random = random.Random(seed)
        self.seq = 0
        self.has: dict[str, dict[str, Any]] = {}  # what the consumer was told, by id

    def url(self) -> str:
        return f"https://{self.random.choice([*HOSTS])}/{self.random.randint(1, 3)}.html"

    def step(self) -> str:
        done = self.random.choice(
            [self.post] * 8 + [self.withdraw] * 3 + [self.follow] * 3
            + [self.release, self.take_down, self.restore]
        )  # fmt: skip
        done()
        return done.__name__

    def post(self) -> None:
        """A few pages are read, in one batch."""
        articles = []
        for _ in range(self.random.randint(1, 3)):
            url, text = self.url(), self.random.choice(TEXTS)
            head = self.random.choice(["", "", "本报讯 （记者 张三）"])
            article = self.make(
                1, url=url, title="一件事", text=head + text, publisher=HOSTS[url.split("/")[2]]
            )
            article.hold = self.random.choice(["", "", "", "no_reprint"])
            articles.append(article)
        save(self.store, articles)
        again = [corrected(replace(article), hold=article.hold) for article in articles]
        # Read again, in any order, nothing is new; what waits may find that it is a copy.
        if len({article.url for article in articles}) == len(articles):
            self.random.shuffle(again)
            outcomes = {outcome for outcome, _ in save(self.store, again)}
            assert outcomes <= {"unchanged", "refused", "merged", "held"}

    def withdraw(self) -> None:
        with writing(self.store).begin() as connection:
            query = select(Record.id).where(Record.status == "usable").order_by(Record.id)
            if live := connection.execute(query).scalars().all():
                cancel(connection, [self.random.choice(live)], "withdrawn", NOW, None)

    def operator(self, order: Callable[..., Any]) -> None:
        try:
            with writing(self.store).begin() as connection:
                order(connection, Order(self.url(), "", "王编辑"), NOW)
        except NotFound:
            pass  # it was not there, not held, not taken down

    def release(self) -> None:
        self.operator(release)

    def take_down(self) -> None:
        self.operator(take_down)

    def restore(self) -> None:
        self.operator(restore)

    def follow(self) -> None:
        for record in stream_records(self.store, after=self.seq):
            self.has[record.id] = line(record)
            self.seq = record.seq

    def check(self) -> None:
        with self.store.connect() as connection:
            query = select(Record.id, Record.story, Revision.title, Revision.text)
            query = query.join(Revision, Revision.id == Record.revision_id)
            live = connection.execute(query.where(Record.status == "usable")).all()
        assert len({row.story for row in live}) == len(live)
        stories = [Story(row.title, row.text) for row in live]
        assert not any(
            same_story(one, other) for one in stories for other in stories if one is not other
        )


def line(record: Any) -> dict[str, Any]:
    names = ("status", "reason", "duplicate_of", "duplicates", "version", "text", "url")
    return {name: getattr(record, name) for name in names}


@pytest.mark.parametrize("seed", range(8))
def test_one_story_one_live_record(
    tmp_path: Path, make_article: Callable[..., Article], seed: int
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/s.db", create=True)
    actors = Actors(store, make_article, seed)
    for _ in range(STEPS):
        actors.step()
        actors.check()
    actors.follow()
    everything = {record.id: line(record) for record in stream_records(store)}
    assert actors.has == everything  # what the consumer was told in parts is the whole
    for one in everything.values():
        if one["duplicate_of"]:
            assert one["duplicate_of"] in everything
    store.dispose()
