"""How often a client may ask for mails: counted for the client and for the recipient."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from auth_core.lockout.guard import counters, name_address


def count_mail(request: HttpRequest | Request, recipient: str) -> None:
    """Count a request for a mail. Raises Throttled with the wait, and Unavailable.

    The counters are those of failed logins, under names of their own: no login has to wait for
    them. They count whether or not the recipient, a folded address, belongs to an account.
    """
    digest = hashlib.sha256(recipient.encode(errors="surrogatepass")).hexdigest()
    state = counters().count_failure(f"mail:{digest}", f"mails:{name_address(request)}")
    if state.wait:
        raise Throttled(state.wait, "Too many mails were asked for.")
