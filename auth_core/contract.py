"""The provider contract: all that the author of an authentication plugin has to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
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
    then change nothing else either: no logout, no password, no view without a rule. `entities`:
    only these entities of permissions.toml, also behind links. Every view that serves no entity is
    closed then, except that which answers who is calling.

    `user.has_perm` and the like hold to the limit. The flag `is_superuser` stays, so do not ask it.

    Credentials with a limit, even an empty `Limit()`, hand out no other credentials: no key, no
    second factor, no linked identity.
    """

    roles: Iterable[str] | None = None
    actions: Iterable[str] | None = None
    entities: Iterable[str] | None = None

    def __post_init__(self) -> None:
        for name in ("roles", "actions", "entities"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise TypeError(f"{name} is a set of names, not a text")
            # Other than the sets of an author, these are keys of caches.
            object.__setattr__(self, name, None if value is None else frozenset(value))

    def permits(self, action: str, entity: str) -> bool:
        """Whether the action may be used with the entity. A list needs "view" besides "search"."""
        if self.entities is not None and entity not in self.entities:
            return False
        return self.names(action) and (action != "search" or self.names("view"))

    def names(self, action: str) -> bool:
        """Whether the actions hold this action, with any entity."""
        return self.actions is None or action in self.actions


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
      401, unless another provider of the same scheme, header or cookie accepts them.
    - raises `auth_core.Unavailable`: you cannot decide now. The answer is 503. An error
      of the network counts as this. Set a time-out: a silent server holds the thread without one.

    The user is a row of the user model, or an `auth_core.Principal`. A result whose user is `None`,
    anonymous or not active is a 401.

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
    """A serializer of what `issue` returns. OpenAPI and GraphQL's UserInfo show it.

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
    serializers.CharField(required=False)}. REST, GraphQL, OpenAPI and the admin take them. A field
    with `style={"at": "login"}` is for clients that log in: no page has it, and no other request.
    """

    def permit_login(
        self, request: Request | HttpRequest, user: AbstractBaseUser, credentials: Mapping[str, Any]
    ) -> None:
        """Refuse a right password, as a second step does; by default nothing is refused.

        Every provider is asked wherever a password is taken: REST, GraphQL, Basic, the change of
        the password, the admin. `credentials` are the valid inputs: "username", "password" where
        there is one, and those of `login_fields` that were sent. Raise AuthenticationFailed(detail,
        code); the answer has the code. It is audited. If the client sent a text for it, it counts,
        apart from wrong passwords.
        """

    def split_password(
        self, request: Request, username: str, password: str
    ) -> tuple[str, Mapping[str, Any]] | None:
        """Return the password and the inputs of your second step, if the text of a request that
        carries nothing but a name and a password has both; `None` otherwise.
        """
        return None

    def revoke(self, request: Request, user: Any, *, everywhere: bool) -> bool:
        """End what you have issued, at a logout; return whether something ended.

        Every provider is asked. Only the login of `request.auth` ends, which is your proof if you
        accepted the request; with `everywhere` all logins of the user.
        """
        return False

    def add_to_answer(self, request: Request, user: AbstractBaseUser) -> Mapping[str, object]:
        """Return what you add to the answer of a login, whoever issues the token. `login_answer`
        describes it. The same instance was asked by `permit_login` before.
        """
        return {}

    def revoke_others(self, request: Request, user: Any) -> None:
        """End all logins of the user but that of this request, and what stands for a factor."""

    def find_authentication_time(self, request: Request | HttpRequest) -> datetime | None:
        """Return when the user of this request, which you accepted, last proved a password or
        another factor; `None` if that is unknown or long ago.

        Actions that need a recent authentication (RFC 9470) ask. By default they are refused.
        """
        return None

    def renew(self, request: Request, user: AbstractBaseUser) -> bool:
        """Note that the user has authenticated anew, for `find_authentication_time`; return
        whether the credentials of this request have such a time.
        """
        return False

    proof_fields: ClassVar[Mapping[str, Any]] = {}
    """Inputs by which users of yours prove who they are, in place of the password, to renew their
    session: {"passkey": serializers.DictField(required=False)}. In GraphQL an object is JSON text.
    """

    @contextmanager
    def prove_caller(
        self, request: Request, given: Mapping[str, Any]
    ) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """Yield the user whom the inputs of your `proof_fields` prove, and what your `permit_login`
        takes for a second step. One input at least was sent. Raise AuthenticationFailed for a bad
        proof. The core compares the user with the caller and asks for second steps in the context;
        a refusal is raised at the `yield`.
        """
        raise NotImplementedError
        yield

    def issue(self, request: Request, user: AbstractBaseUser) -> Mapping[str, object] | None:
        """Return what a login hands out to the user; `None`: ask the next provider.

        The same instance was asked by `permit_login` before. The keys join the login's answer as
        they are: `accessToken` and `tokenType` (your `scheme`) at least, or what else the client
        needs where a cookie is the proof.

        `auth_core.answer_cookies(request)` takes the cookies of the answer, here and in `revoke`,
        on REST and GraphQL: `answer_cookies(request).set_cookie("name", value, httponly=True)`.
        They are sent if the login succeeds. A provider that takes a cookie for a proof also proves
        that a page of this service sent it; `auth_core.origins` helps.
        """
        return None


class SecondStep(AuthProvider):
    """A plugin that asks for more at a login, and takes no credentials in requests.

    Write `login_fields` and `permit_login`. It has no challenge and no security scheme in OpenAPI.
    """

    scheme = None
    openapi: ClassVar[Mapping[str, Any]] = {}

    def authenticate(self, request: Request) -> None:
        """Know no credentials."""
