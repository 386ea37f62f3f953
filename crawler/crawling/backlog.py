"""What earlier runs left to be visited: posts that are owed, and posts that are due again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from scrapy import Request

from crawler.crawling.crawl import Crawl
from crawler.crawling.posts import Posts
from crawler.crawling.walk import Walk
from crawler.items import Known


class Backlog:
    """Makes requests of what the ledger remembers."""

    def __init__(self, crawl: Crawl, posts: Posts) -> None:
        self.crawl = crawl
        self.posts = posts

    def owed(self, walk: Walk | None = None) -> Iterator[Request]:
        """Requests for what earlier runs listed and did not get: in this channel, or elsewhere."""
        if self.crawl.crawler.settings["JOBDIR"]:
            return  # it brings its own back
        frontier = self.crawl.ledger.frontier
        channel = walk.channel if walk else None
        for known in frontier.owed(self.crawl.source.name, self.crawl.now(), channel):
            its_walk = walk or self._walk_of(known)
            if its_walk and (request := self.posts.revisit(known, its_walk)):
                yield request

    def due(self, walks: Sequence[Walk]) -> list[Request]:
        """Requests for what is to be visited again, once the run's walks and new posts are done.

        With `-a url=LIST`, everything that list has ever shown is due, once it is walked.
        """
        ledger, source = self.crawl.ledger, self.crawl.source.name
        ledger.flush()  # what was visited just now is not due
        if self.crawl.options.url:
            requests = [
                self.posts.revisit(known, walk)
                for walk in walks
                if walk.complete
                for known in ledger.frontier.all_of(source, walk.channel)
            ]
            return list(filter(None, requests))
        by_channel = {walk.channel: walk for walk in walks}
        possible = (
            self.posts.revisit(known, walk)
            for known in ledger.frontier.due(source, self.crawl.now())
            if (walk := by_channel.get(known.channel) or self._walk_of(known))
        )
        # What this run may not visit costs nothing of the budget.
        budget = self.crawl.crawler.settings.getint("RECHECK_BUDGET")
        return list(islice(filter(None, possible), budget))

    def _walk_of(self, known: Known) -> Walk | None:
        """For posts of lists that this run does not walk: declared once, or named by -a url=.

        None: only certain channels were asked for.
        """
        if not self.crawl.options.every_channel:
            return None
        return Walk(known.channel, family=self.crawl.source.family)
