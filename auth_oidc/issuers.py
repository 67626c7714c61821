"""OIDC_ISSUERS: the trusted issuers, and the uses of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson
from environs import ValidationError

# The columns of a subject's row have this length (OpenID Connect Core 1.0, section 2).
LONGEST = 255
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_EXAMPLE = '[{"issuer": "https://login.example.org", "audience": "my-api"}]'


@dataclass(frozen=True)
class Issuer:
    """An issuer of tokens, from an object of OIDC_ISSUERS."""

    name: str
    """Its name in addresses."""
    issuer: str
    """Its identifier: the `iss` of its tokens, and where its metadata is found."""
    audience: tuple[str, ...] = ()
    """What access tokens must be for. Without it no Bearer token of the issuer is taken."""
    audience_claim: str = "aud"
    clients: tuple[str, ...] = ()
    """The clients whose access tokens are taken. Without it all clients of the issuer."""
    roles_claim: str = ""
    create_users: bool = False
    trusted_email: bool = False
    """Whether a verified address leads to the account that has it."""
    client_id: str = ""
    """This service at the issuer. Without it there is no login by the issuer."""
    client_secret: str = field(default="", repr=False)
    scope: str = "openid email profile"
    label: str = ""
    origins: tuple[str, ...] = ()
    """Other origins that a login may return to."""


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a text")
    return value.strip()


def _read_switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _read_texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    # Without a client in the list of clients, the tokens of all clients would be taken.
    if not values:
        raise ValueError("a text or a list of texts, with one at least")
    try:
        return tuple(_read_text(each) for each in values)
    except ValueError:
        raise ValueError("a text or a list of texts") from None


def _read_issuer(value: Any) -> str:
    text = _read_text(value)
    address = urlsplit(text)
    plain = not (address.query or address.fragment or address.username or "?" in text)
    if len(text) > LONGEST or not plain or not is_safe(text, text):
        raise ValueError("an address with https, or http for a host of this machine")
    return text


def _read_origins(value: Any) -> tuple[str, ...]:
    origins = _read_texts(value)
    for origin in origins:
        address = urlsplit(origin)
        if address.scheme not in ("https", "http") or origin != find_origin(address):
            raise ValueError("origins such as https://app.example.org, without a path")
    return origins


def _read_name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("at most 40 small letters, digits and hyphens")
    return value


# The keys of an object: the field of Issuer, and how the value is read.
KEYS: dict[str, tuple[str, Any]] = {
    "name": ("name", _read_name),
    "issuer": ("issuer", _read_issuer),
    "audience": ("audience", _read_texts),
    "audienceClaim": ("audience_claim", _read_text),
    "clients": ("clients", _read_texts),
    "rolesClaim": ("roles_claim", _read_text),
    "createUsers": ("create_users", _read_switch),
    "trustedEmail": ("trusted_email", _read_switch),
    "clientId": ("client_id", _read_text),
    "clientSecret": ("client_secret", _read_text),
    "scope": ("scope", _read_text),
    "label": ("label", _read_text),
    "origins": ("origins", _read_origins),
}


def find_origin(address: SplitResult) -> str:
    return f"{address.scheme}://{address.netloc}"


def is_safe(url: str, issuer: str) -> bool:
    """Whether a URL may be fetched: https, or plain http if both are hosts of this machine."""
    try:
        address, home = urlsplit(url), urlsplit(issuer)
        local = _is_loopback(address.hostname) and _is_loopback(home.hostname)
        address.port  # noqa: B018 (a port that is no number raises)
    except ValueError:
        return False
    secure = address.scheme == "https" or (address.scheme == "http" and local)
    return bool(address.hostname) and secure


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def read_issuers(text: str) -> list[Issuer]:
    """Return the issuers of a JSON text. Raises ValidationError, with no value in its message."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _refuse("it is no JSON") from None
    if not isinstance(given, list) or not given:
        raise _refuse("it is no list with an issuer in it")
    issuers = [_read_one(number, each) for number, each in enumerate(given, 1)]
    for key in ("issuer", "name"):
        if len({getattr(each, key) for each in issuers}) < len(issuers):
            raise _refuse(f"two issuers have the same {key}")
    return issuers


def _read_one(number: int, given: Any) -> Issuer:
    if not isinstance(given, dict) or not given.keys() <= KEYS.keys():
        raise _refuse(f"issuer {number} is no object with keys out of {', '.join(KEYS)}")
    if "issuer" not in given or not {"audience", "clientId"} & given.keys():
        raise _refuse(f'issuer {number} lacks "issuer", or both "audience" and "clientId"')
    if "clientSecret" in given and "clientId" not in given:
        raise _refuse(f'issuer {number} has a "clientSecret" and no "clientId"')
    found = dict(_read_values(number, given))
    found.setdefault("name", _name_by_host(found["issuer"]))
    found.setdefault("label", found["name"])
    return Issuer(**found)


def _read_values(number: int, given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in given.items():
        name, read = KEYS[key]
        try:
            yield name, read(value)
        except ValueError as fault:
            raise _refuse(f'"{key}" of issuer {number} must be {fault}') from None


def _name_by_host(issuer: str) -> str:
    host = urlsplit(issuer).hostname or ""
    return re.sub(r"[^a-z0-9]+", "-", host).strip("-")[:40].strip("-")


def _refuse(reason: str) -> ValidationError:
    return ValidationError(f"a JSON list such as {_EXAMPLE} ({reason})")
