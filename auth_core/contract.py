"""The provider contract: all that the author of an authentication plugin has to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.serializers import Serializer


class AuthProvider(BaseAuthentication):
    """One way to prove who is calling; named in your AppConfig as auth_provider =
    "my_app.provider.MyProvider".

    It is DRF's own interface with a few attributes and methods on top, so any DRF authentication
    class becomes a provider by mixing it in after this one: `class MyProvider(AuthProvider,
    TokenAuthentication)`.

    `authenticate(request)` has four outcomes:

    - `(user, proof)`: the credentials are yours and good. DRF puts them at `request.user` and
      `request.auth`.
    - `None`: there are no credentials of yours; the next provider is asked. A token of your scheme
      that another issuer signed is not yours.
    - raises `rest_framework.exceptions.AuthenticationFailed`: they are yours and bad. The answer is
      401, unless another provider of the same scheme accepts them.
    - raises `auth_core.Unavailable`: you cannot decide now. The answer is 503. An error
      of the network, such
      as a time-out, counts as this. Set a time-out: without one a silent server holds the thread.

    The user has `pk` (`None` for a caller without a row, which owns nothing), `is_active`,
    `is_authenticated`, `get_username()`, and `role_names` or `groups`. A result whose user is
    `None`, anonymous or not active is a 401.

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

    def challenge_for(self, request: Request) -> str | None:
        """Return the challenge for the 401 of this request; `None` leaves it out.

        Override it to add parameters to the realm. A 401 has one challenge for each scheme: that of
        the provider which refused the credentials, or of the first provider.
        """
        return f'{self.scheme} realm="api"' if self.scheme else None

    def issue(
        self, request: Request, user: AbstractBaseUser, password: str
    ) -> Mapping[str, object] | None:
        """Return the login's answer for a user whose password was right.

        `None`: ask the next provider.

        The keys join the login's answer as they are: `accessToken` and `tokenType` (your `scheme`)
        at least.
        """
        return None
