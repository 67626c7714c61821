"""Django's Redis cache for a master that Sentinels watch, and for a cluster.

All threads of a process share one client, which finds the servers and keeps their connections.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis, RedisCluster, Sentinel
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.connection import SSLConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException
from redis.retry import Retry

from runtime.redis_url import SENTINEL, RedisServers, parse_servers

# A kept connection to a server that is no master any more fails once. A time-out is not tried
# again: it has taken all the time that a request may wait.
_RETRIES = 1
# The user and the password of the Sentinels themselves, as parameters of the URL.
_SENTINEL_PARAMETERS = {"sentinel_username": "username", "sentinel_password": "password"}
# They have no types.
_Sentinel: Any = Sentinel
_ClusterNode: Any = ClusterNode
_parse: Any = parse_url


class Cluster(RedisCluster):
    """A cluster whose errors are all RedisErrors, as those of a single server are."""

    def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().execute_command(*args, **kwargs)  # type: ignore[no-untyped-call]
        except RedisClusterException as error:
            raise RedisConnectionError(str(error)) from error


class SharedClient(RedisCacheClient):
    """The cache's commands, sent by the client of the process."""

    _servers: list[str]
    _pool_options: dict[str, Any]
    _serializer: Any

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client. Reads go to masters too, as a replica may lag behind."""
        [url] = self._servers
        timeouts = dict(self._pool_options)
        del timeouts["parser_class"]
        return open_client(url, **timeouts)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        """Return the values that are there. A cluster keeps them on several servers."""
        names = list(keys)
        client = self.get_client(None)
        read = getattr(client, "mget_nonatomic", client.mget)
        found = zip(names, read(names), strict=True)
        return {name: self._serializer.loads(value) for name, value in found if value is not None}

    def set_many(self, data: Any, timeout: Any) -> None:
        """Store each value by a command of its own, as a cluster keeps them on several servers.

        A time-out of 0 seconds deletes them, and `None` keeps them for good.
        """
        client = self.get_client(None, write=True)
        if timeout == 0:
            client.delete(*data)
            return
        with client.pipeline(transaction=False) as pipeline:
            for key, value in data.items():
                pipeline.set(key, self._serializer.dumps(value), ex=timeout)
            pipeline.execute()


class SharedRedisCache(RedisCache):
    """The cache of a URL with several hosts, which Django would split at the commas."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__([server], params)
        self._class = SharedClient


@cache
def open_client(url: str, **timeouts: float) -> Any:
    """Return the client of this process for a URL. Raises RedisError where no host answers."""
    servers = parse_servers(url)
    options = {**_parse(servers.plain), **timeouts}
    del options["host"]
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    open_servers = _open_sentinels if servers.kind == SENTINEL else _open_cluster
    return open_servers(servers, options)


def _open_sentinels(servers: RedisServers, options: dict[str, Any]) -> Redis:
    """Return a client of the master, which asks the Sentinels each time that it connects."""
    given = {
        name: options.pop(parameter)
        for parameter, name in _SENTINEL_PARAMETERS.items()
        if parameter in options
    }
    shared = {name: value for name, value in options.items() if name.startswith(("socket_", "ssl"))}
    retry = Retry(NoBackoff(), _RETRIES, (RedisConnectionError,))
    watchers = {**shared, **given, "retry": Retry(NoBackoff(), 0)}
    sentinel = _Sentinel(servers.hosts, sentinel_kwargs=watchers, retry=retry, **options)
    master: Redis = sentinel.master_for(servers.service)
    return master


def _open_cluster(servers: RedisServers, options: dict[str, Any]) -> Cluster:
    nodes = [_ClusterNode(name, port) for name, port in servers.hosts]
    try:
        return Cluster(
            startup_nodes=nodes,
            retry=Retry(NoBackoff(), _RETRIES),
            # A part of the keys can be used while another part has no server.
            require_full_coverage=False,
            **options,
        )
    except RedisClusterException as error:
        raise RedisConnectionError(str(error)) from error
