"""What a job keeps of the request that asked for it: the facts for the audit, and no secret."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.request import Request

from auth_core.mail.messages import find_language

_KEPT = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT", "HTTP_X_REQUEST_ID")


@dataclass(frozen=True)
class Origin:
    """A request without its body and its credentials, and the language of its client."""

    request: HttpRequest
    language: str


def note_origin(request: HttpRequest | Request) -> Origin:
    kept = HttpRequest()
    kept.META = {name: request.META[name] for name in _KEPT if name in request.META}
    return Origin(kept, find_language(request))
