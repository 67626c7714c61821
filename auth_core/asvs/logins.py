"""V6.3, V13.2.3: which users log in, and that a failed login reveals nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hasher
from django.urls import NoReverseMatch, reverse

from auth_core.account_name import key_field
from auth_core.asvs.catalogue import UnmetError, require, requirement
from auth_core.asvs.world import Person, World
from auth_core.password_check import DEFAULT_PASSWORDS
from auth_core.registry import installed_providers

# NIST SP 800-63B-4 allows a hundred; a lock should come long before.
MOST_TRIES = 25
MOST_LOCKS = 5
DEFAULT_ACCOUNTS = ("admin", "administrator", "root", "sa", "guest", "test", "user")
MUTATION = "mutation ($given: Credentials!) { login(credentials: $given) { accessToken } }"
PUBLISHED = re.compile(
    r"django-insecure-|for-development-only|change.?me|your-256-bit-secret", re.IGNORECASE
)
# Answers to two failures may differ in these only.
OF_THE_REQUEST = {"X-Request-ID", "Retry-After", "Server-Timing"}


def login_ways(world: World) -> dict[str, Callable[[Person, str], bool]]:
    """Return every way to log in with a password, each saying whether it lets the person in."""
    ways: dict[str, Callable[[Person, str], bool]] = {
        "REST": lambda person, password: world.try_login(person, password).status_code == 201,
        "admin": lambda person, password: world.open_admin(person, password)[1].status_code == 302,
    }
    if any(provider.scheme == "Basic" for provider in installed_providers()):
        ways["Basic"] = lambda person, password: _try_basic(world, person, password)
    if _has_graphql():
        ways["GraphQL"] = lambda person, password: _try_graphql(world, person, password)
    return ways


def _has_graphql() -> bool:
    try:
        return bool(reverse("graphql"))
    except NoReverseMatch:
        return False


def _try_basic(world: World, person: Person, password: str) -> bool:
    proof = b64encode(f"{person.username}:{password}".encode()).decode()
    answer = world.send(
        "get", reverse("me"), headers={"Authorization": f"Basic {proof}"}, by=person
    )
    return bool(answer.status_code == 200)


def _try_graphql(world: World, person: Person, password: str) -> bool:
    given = {"username": person.username, "password": password}
    body = {"query": MUTATION, "variables": {"given": given}}
    answer = world.send("post", reverse("graphql"), body, by=person).json()
    return bool((answer.get("data") or {}).get("login"))


@requirement("6.3.1")
def guessing_is_slowed_down(world: World) -> str:
    person = world.add_person(is_staff=True)
    lock = _lock(world, person)
    open_ways = []
    for name, try_login in login_ways(world).items():
        gets_in = try_login(person, person.password)
        locks = 1
        # The first lock lasts a second. A request to a busy machine may take longer.
        while gets_in and not lock.holds() and locks < MOST_LOCKS:
            lock = _lock(world, person)
            gets_in = try_login(person, person.password)
            locks += 1
        open_ways += [name] if gets_in else []
    require(not open_ways, f"the lock does not hold at {', '.join(open_ways)}")
    return (
        f"after {lock.tries} wrong passwords even the right one is refused at "
        f"{', '.join(login_ways(world))}"
    )


@dataclass(frozen=True)
class _Lock:
    """A lock after `tries` wrong passwords. It holds until `end` at least, a time of the monotonic
    clock in seconds.
    """

    tries: int
    end: float

    def holds(self) -> bool:
        return monotonic() < self.end


def _lock(world: World, person: Person) -> _Lock:
    shortest = min(1, settings.LOCKOUT_LONGEST.total_seconds())
    begin = monotonic()
    for tries in range(MOST_TRIES):
        asked = monotonic()
        if world.try_login(person, f"wrong {tries}").status_code == 429:
            return _Lock(tries, begin + shortest)
        begin = asked
    raise UnmetError(f"{MOST_TRIES} wrong passwords in a row were all tried")


@requirement("6.3.2")
def default_accounts_are_disabled(world: World) -> str:
    users: Any = get_user_model()
    named = users._default_manager.filter(
        **{f"{key_field()}__in": DEFAULT_ACCOUNTS}, is_active=True
    )
    usable = (
        []
        if settings.REFUSE_DEFAULT_PASSWORDS
        else [user for user in named if _has_default_password(user)]
    )
    require(not usable, f"active with a default password: {', '.join(map(str, usable))}")
    return f"no default password opens {', '.join(DEFAULT_ACCOUNTS)}"


def _has_default_password(user: Any) -> bool:
    return any(
        user.check_password(password)
        for password in (user.get_username(), *sorted(DEFAULT_PASSWORDS))
    )


@requirement("6.3.8")
def failures_do_not_tell_users_apart(world: World) -> str:
    person, inactive = world.add_person(), world.add_person(is_active=False)
    nobody = Person(None, f"{person.username}-", "", person.address)
    cases = {"wrong password": person, "inactive user": inactive, "unknown user": nobody}
    answers = {name: _fail(world, who) for name, who in cases.items()}
    different = [name for name, answer in answers.items() if answer != answers["wrong password"]]
    require(not different, f"the answer or the work differs: {', '.join(different)}")
    return f"one answer ({answers['wrong password'][0]}) and one hash each for {', '.join(cases)}"


def _fail(world: World, person: Person) -> tuple[int, dict[str, str], bytes, int]:
    with count_hashes() as hashes:
        answer = world.try_login(person, "a password of no account")
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
    return answer.status_code, headers, answer.content, len(hashes)


@contextmanager
def count_hashes() -> Iterator[list[str]]:
    """Yield the calls of the preferred hasher, which take the time of a login."""
    hasher = type(get_hasher("default"))
    counter = _Counter()
    with ExitStack() as stack:
        for name in ("encode", "verify"):
            stack.enter_context(
                patch.object(hasher, name, counter.wrap(name, getattr(hasher, name)))
            )
        yield counter.done


class _Counter:
    """Notes calls from outside; a hasher may verify by encoding."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._inside = False

    def wrap(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            if self._inside:
                return original(*arguments, **options)
            self.done.append(name)
            self._inside = True
            try:
                return original(*arguments, **options)
            finally:
                self._inside = False

        return run


@requirement("13.2.3")
def no_default_credential_opens(world: World) -> str:
    person = world.add_person(is_staff=True)
    person.user.set_password(person.username)
    person.user.save()
    opened = [
        name for name, try_login in login_ways(world).items() if try_login(person, person.username)
    ]
    require(not opened, f"a password that equals the user name opens {', '.join(opened)}")
    defaults = list(_find_default_credentials())
    require(not defaults, f"known to everybody: {', '.join(defaults)}")
    return (
        "a password that equals the user name opens nothing; database, cache and keys have none "
        "of the known ones"
    )


def _find_default_credentials() -> Iterator[str]:
    database = settings.DATABASES["default"]
    if _is_default(database.get("USER"), database.get("PASSWORD")):
        yield "the password of the database"
    cache = urlsplit(str(settings.CACHES["default"].get("LOCATION", "")))
    if _is_default(cache.username, cache.password):
        yield "the password of the cache"
    yield from (
        name
        for name in ("SECRET_KEY", "JWT_SECRET_KEY")
        if PUBLISHED.search(getattr(settings, name, ""))
    )


def _is_default(user: str | None, password: str | None) -> bool:
    return bool(password) and (password in DEFAULT_PASSWORDS or password == user)
