"""REDIS_URL for several servers: a master that Sentinels watch, or a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runtime.hosts import AUTHORITY, Host, split_hosts

SENTINEL, CLUSTER = "sentinel", "cluster"
_SCHEME = re.compile(r"(?P<plain>rediss?)\+(?P<kind>sentinel|cluster)://")
# Behind the hosts of Sentinels: the name of the master, and perhaps a number of a database.
_SERVICE = re.compile(
    r"/(?P<service>[\w.-]+)(?P<database>/[0-9]{1,4})?(?P<options>\?.*)?", re.ASCII
)
_OPTIONS = re.compile(r"/?(?P<options>\?.*)?")
_PORTS = {SENTINEL: 26379, CLUSTER: 6379}


@dataclass(frozen=True)
class RedisServers:
    """The parts of a URL. `hosts` are Sentinels, or some nodes of the cluster.

    `service` is the master's name at the Sentinels. `plain` is the URL of a single Redis server
    with the same user, password, database and options.
    """

    kind: str
    hosts: tuple[tuple[str, int], ...]
    service: str
    plain: str


def names_several(url: str) -> bool:
    """Return whether the URL has the scheme of Sentinels or of a cluster."""
    return _SCHEME.match(url) is not None


def parse_servers(url: str) -> RedisServers:
    """Return the parts of a URL of Sentinels or of a cluster. Raises ValueError for another URL."""
    scheme, parts = _SCHEME.match(url), AUTHORITY.fullmatch(url)
    if scheme is None or parts is None:
        raise ValueError
    kind = scheme["kind"]
    rest = (_SERVICE if kind == SENTINEL else _OPTIONS).fullmatch(parts["after"])
    if rest is None:
        raise ValueError
    found = rest.groupdict()
    hosts = tuple(_fill_port(host, _PORTS[kind]) for host in split_hosts(parts["hosts"]))
    before = parts["before"].replace(f"+{kind}", "", 1)
    place = f"host{found.get('database') or ''}{found['options'] or ''}"
    return RedisServers(kind, hosts, found.get("service") or "", before + place)


def _fill_port(host: Host, port: int) -> tuple[str, int]:
    return host.name, host.port or port
