"""Which addresses are of the public internet: for what is fetched, and for what readers get."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
_ISATAP = (0x5EFE, 0x2005EFE)
# Public by number, yet served by the machine's own host (Azure's agent; 6to4 relays), or reserved
# for protocols (IANA; Python knows a part of these).
_INSIDE = tuple(map(ipaddress.ip_network, ("168.63.129.16", "192.88.99.0/24", "192.0.0.0/24")))
# Names that lead nowhere on the internet (RFC 6761, 6762, 8375, ICANN's .internal; by habit).
_LOCAL_NAME = re.compile(
    r"(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|"
    r"svc|test|invalid)$"
)
# Most URLs: a host's name in plain letters, then a path. These need not be taken apart.
_SIMPLE = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|\Z)")
# Browsers drop other characters (U+00AD, variation selectors), or take them for the host's end.
_NAME = re.compile(r"[\w.-]+")
_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet (IANA special-purpose registries).

    IPv4 addresses inside IPv6 ones (mapped, 6to4, NAT64, ISATAP) count as what they lead to.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and (ip in _NAT64 or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None:
            return ip in _UNICAST and ip.is_global
        ip = inner
    return ip.is_global and not ip.is_multicast and not any(ip in inside for inside in _INSIDE)


def is_public_url(url: str) -> bool:
    """Whether a URL may lead to the public internet, as far as its host can tell without DNS.

    An IP address is told in every spelling that browsers know (`127.1`, `0x7f000001`,
    `２１３０７０６４３３`, `[::ffff:7f00:1]`); a name must not be one of local networks.
    """
    if simple := _SIMPLE.match(url):
        return _is_public_host(simple[1])
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if "\\" in parts.netloc:  # a slash to browsers: what follows is no host any more
        return False
    return _is_public_host(host)


@lru_cache(maxsize=1024)
def _is_public_host(host: str) -> bool:
    # As browsers do (URL standard, 3.5): unescape, fold, and read a number at the end as IPv4.
    host = unicodedata.normalize("NFKC", unquote(host)).replace("\u3002", ".")
    host = host.lower().rstrip(".")
    if ":" in host:
        try:
            return is_public(host)
        except ValueError:
            return False
    if _NUMBER.search(host):
        try:
            return is_public(socket.inet_ntoa(socket.inet_aton(host)))
        except (OSError, ValueError):
            return False
    return "." in host and bool(_NAME.fullmatch(host)) and not _LOCAL_NAME.search(host)
