"""The use cases: ask for a mail, and log in by its link or code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from auth_core.guesses import count_guess
from auth_core.lockout.mails import count_mail
from auth_core.login import log_in_user
from auth_core.mail.addresses import find_recipient, fold_address
from auth_core.mail.messages import Mail, add_parameters, build_link, deliver, find_language
from auth_core.mail.outbox import outbox
from auth_magic.waiting import begin, find, finish, make_client, name_mailbox, release, try_token

NAME = "auth_magic"
INCORRECT = "The link or the code is not valid any more."


def request_login(request: HttpRequest | Request, email: str) -> str:
    """Mail a link and a code, if an account has the address. Return the secret of this client.

    Nothing shows whether there is an account. Raises Throttled and Unavailable.
    """
    count_mail(request, fold_address(email))
    client = make_client(email)
    outbox.put(partial(mail_login, find_language(request), email, client))
    return client


@sensitive_variables("client", "token", "code")
def mail_login(language: str, email: str, client: str) -> None:
    """Look for the account and mail it: a job of the outbox."""
    user, address = find_recipient(email)
    if user is None:
        return
    token, code = begin(user, client)
    facts = {"code": code, "link": _make_link(token)}
    deliver(Mail(address, "auth_magic/mail/login", language, facts))


@sensitive_variables("token")
def _make_link(token: str) -> str:
    """Return the link to MAGIC_LINK_URL, or else to our page; "" in a project without the page."""
    if settings.MAGIC_LINK_URL:
        return add_parameters(settings.MAGIC_LINK_URL, token=token)
    try:
        return build_link(reverse("account_magic"), token=token)
    except NoReverseMatch:
        return ""


@sensitive_variables("token", "client", "more")
def confirm_login(
    request: Request, token: str, client: str, more: Mapping[str, Any]
) -> dict[str, object]:
    """Return the login's answer for the token of the link, or the code, from the client that asked.

    `more` has the inputs for second steps. Raises what use_token() and log_in_user() do.
    """
    with use_token(request, token, client) as user:
        return log_in_user(request, user, by=NAME, credentials=more)


@contextmanager
@sensitive_variables("token", "client")
def use_token(request: Request, token: str, client: str) -> Iterator[Any]:
    """Yield the user of the token of the link, or the code, from the client that asked. It is good
    no more, unless the context raises an APIException, as for a second step that was not sent.

    Wrong codes are counted for the address that the mail went to, whether or not it has an account,
    and apart from wrong passwords. Raises AuthenticationFailed, Throttled and Unavailable.
    """
    row = find(client)
    user: Any = row and row.user
    guess = f"{client}\0{token}"
    with count_guess(request, name_mailbox(client), guess, provider=NAME, user=user):
        if row is None or not try_token(row, client, token):
            raise AuthenticationFailed(INCORRECT)
    try:
        yield user
    except APIException:
        release(row)
        raise
    finish(row)
