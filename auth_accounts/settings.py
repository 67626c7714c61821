"""The settings of sign-up and of login names, which the AppConfig declares."""

from __future__ import annotations

import re
from dataclasses import dataclass

from environs import ValidationError

_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", re.ASCII)
LOGIN_NAMES = ("username", "email", "either")


@dataclass(frozen=True)
class SignUp:
    """Who may sign up: `mode` is off, open, invitation or domain, the last with its `domains`."""

    mode: str = "off"
    domains: tuple[str, ...] = ()


def read_sign_up(text: str) -> SignUp:
    mode, _, rest = text.strip().lower().partition(":")
    if mode in ("off", "open", "invitation") and not rest:
        return SignUp(mode)
    domains = tuple(part.strip() for part in rest.split(",") if part.strip())
    if mode == "domain" and domains and all(map(_DOMAIN.fullmatch, domains)):
        return SignUp(mode, domains)
    raise ValidationError("off, open, invitation or domain:example.org,example.com")


def read_role(text: str) -> str:
    return text.strip()


def read_login_names(text: str) -> str:
    name = text.strip().lower()
    if name not in LOGIN_NAMES:
        raise ValidationError("username, email or either")
    return name
