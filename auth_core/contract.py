"""The provider contract: all that the author of an authentication plugin has to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.serializers import Serializer


@dataclass(frozen=True)
class Limit:
    """What credentials allow of what their user may do; `None` narrows nothing.

    `roles`: of the user's roles, only these count, and the rights of a superuser do not. `actions`:
    only these actions of permissions.toml, such as {"view", "search"} for a key that reads. It may
    then change nothing else either: no logout, no password, no view without a rule.
    """

    roles: Iterable[str] | None = None
    actions: Iterable[str] | None = None

    def __post_init__(self) -> None:
        for name, value in (("roles", self.roles), ("actions", self.actions)):
            if isinstance(value, str):
                raise TypeError(f"{name} is a set of names, not a text")
            # Other than the sets of an author, these are keys of caches.
            object.__setattr__(self, name, None if value is None else frozenset(value))

    def permits(self, action: str) -> bool:
        """Whether the actions hold this action. A list needs "view" besides "search"."""
        if self.actions is None:
            return True
        return action in self.actions and (action != "search" or "view" in self.actions)


class Principal:
    """A caller without a row in the table of users, such as a machine. It owns nothing.

    A provider may return any object with these attributes.
    """

    pk = None
    is_active = is_authenticated = True
    is_anonymous = is_staff = is_superuser = False

    def __init__(self, username: str, roles: Iterable[str] = ()) -> None:
        self.username = username
        self.role_names = sorted(roles)

    def get_username(self) -> str:
        return self.username

    def __str__(self) -> str:
        return self.username


class Authenticated(tuple[Any, Any]):
    """DRF's pair (user, proof), with what else a provider knows of the credentials.

    `limit` narrows what they may be used for. `actor` is the user who acts in the name of this
    user; the audit records both.
    """

    limit: Limit | None
    actor: Any

    def __new__(
        cls, user: Any, auth: Any = None, limit: Limit | None = None, actor: Any = None
    ) -> Authenticated:
        if not isinstance(limit, Limit | None):
            raise TypeError("limit is a Limit, or None")
        made = super().__new__(cls, (user, auth))
        made.limit, made.actor = limit, actor
        return made


class AuthProvider(BaseAuthentication):
    """One way to prove who is calling; named in your AppConfig as auth_provider =
    "my_app.provider.MyProvider".

    It is DRF's own interface with a few attributes and methods on top, so any DRF authentication
    class becomes a provider by mixing it in after this one: `class MyProvider(AuthProvider,
    TokenAuthentication)`.

    `authenticate(request)` has four outcomes:

    - `Authenticated(user, proof)`, or just the pair: the credentials are yours and good. DRF puts
      them at `request.user` and `request.auth`.
    - `None`: there are no credentials of yours; the next provider is asked. A token of your scheme
      that another issuer signed is not yours.
    - raises `rest_framework.exceptions.AuthenticationFailed`: they are yours and bad. The answer is
      401, unless another provider of the same scheme accepts them.
    - raises `auth_core.Unavailable`: you cannot decide now. The answer is 503. An error
      of the network, such
      as a time-out, counts as this. Set a time-out: without one a silent server holds the thread.

    The user is a row of the user model, or a `Principal`. A result whose user is `None`, anonymous
    or not active is a 401.

    The core checks the rest, before or after you: that there is a single `Authorization` header and
    that it is printable ASCII; the letter case of its scheme, which reaches you exactly as in
    `scheme`; that some provider accepts the credentials of a known scheme; and that the user is
    active.
    """

    name: str = ""
    """Your unique name in the audit and in OpenAPI. The default is the label of your app."""

    scheme: ClassVar[str | None]
    """The scheme of the Authorization header (RFC 9110, section 11), such as "Bearer".

    Several providers may share it. `None`: your credentials are in a header or a cookie of your
    own.
    """

    openapi: ClassVar[Mapping[str, Any]]
    """An OpenAPI 3 security scheme object: {"type": "http", "scheme": "bearer"}."""

    login_answer: ClassVar[type[Serializer[Any]] | None] = None
    """A serializer of what `issue` returns. The OpenAPI document shows it.

    Where `issue` may return `None`, no field of it is required. Without it the document says that
    `accessToken` and `tokenType` may be there.
    """

    counts_failures: ClassVar[bool] = True
    """Whether your refusals count like wrong passwords: many of them lock logins from the address.

    Set it to False for signed tokens, which nobody can guess. The code "expired" of
    AuthenticationFailed is for credentials that were good once; they are no failure.
    """

    def challenge_for(self, request: Request) -> str | None:
        """Return the challenge for the 401 of this request; `None` leaves it out.

        Override it to add parameters to the realm. A 401 has one challenge for each scheme: that of
        the provider which refused the credentials, or of the first provider.
        """
        return f'{self.scheme} realm="api"' if self.scheme else None

    login_fields: ClassVar[Mapping[str, Any]] = {}
    """Inputs of a login besides the username and the password, as fields of DRF: {"otp":
    serializers.CharField(required=False)}. REST, GraphQL, OpenAPI and the admin take them."""

    def permit_login(
        self, request: Request | HttpRequest, user: AbstractBaseUser, credentials: Mapping[str, Any]
    ) -> None:
        """Refuse a right password, as a second step does; by default nothing is refused.

        Every provider is asked wherever a password is taken: REST, GraphQL, Basic, the change of
        the password, the admin. `credentials` are the valid inputs: "username", "password" where
        there is one, and those of `login_fields` that were sent. Raise AuthenticationFailed(detail,
        code); the answer has the code. It counts as a failed login and is audited.
        """

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        """End what you have issued, at a logout; return whether something ended.

        Every provider is asked. Only the login of `request.auth` ends, which is your proof if you
        accepted the request; with `everywhere` all logins of the user.
        """
        return False

    def issue(self, request: Request, user: AbstractBaseUser) -> Mapping[str, object] | None:
        """Return what a login hands out to the user; `None`: ask the next provider.

        The same instance was asked by `permit_login` before. The keys join the login's answer as
        they are: `accessToken` and `tokenType` (your `scheme`) at least.
        """
        return None
