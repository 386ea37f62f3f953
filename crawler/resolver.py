"""The address check: what a host name leads to is looked at when connecting."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface.declarations import provider

from crawler.reading.address import is_public

logger = logging.getLogger(__name__)

# Hosts that lead elsewhere; of the whole process, since name resolution is.
forbidden: set[str] = set()
# Hosts and ports of proxies that the operator has configured; likewise.
proxies: set[tuple[str, int]] = set()


class GuardedResolver(CachingHostnameResolver):
    """Resolves names, IP literals included, and passes on public addresses only.

    ALLOW_HOSTS lifts the check for exact `host:port` pairs, and a proxy is trusted. Checking here,
    at connect time, leaves no room for a name that changes its address in between.
    """

    allowed: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = frozenset(crawler.settings.getlist("ALLOW_HOSTS"))
        return resolver

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        receiver: Any = resolutionReceiver
        trusted = f"{hostName}:{portNumber}" in self.allowed or (hostName, portNumber) in proxies
        if not trusted:
            receiver = _PublicOnly(resolutionReceiver, hostName)
        return super().resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


@provider(IResolutionReceiver)
class _PublicOnly:
    """Passes public addresses on and notes hosts that lead elsewhere."""

    def __init__(self, receiver: Any, host: str) -> None:
        self.receiver = receiver
        self.host = host
        self.held_back: list[str] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        if is_public(address.host):
            self.receiver.addressResolved(address)
        else:
            self.held_back.append(address.host)

    def resolutionComplete(self) -> None:
        if self.held_back:
            logger.warning(
                "%s leads to %s, which is no public address; ZHUANZAI_ALLOW_HOSTS can allow it",
                self.host,
                ", ".join(self.held_back),
            )
            forbidden.add(self.host)
        self.receiver.resolutionComplete()
