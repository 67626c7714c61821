"""Facts of the settings for the page of the account."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def sign_up_is_open() -> bool:
    """Whether strangers may sign up, all of them or those with an address in some domains."""
    return settings.SIGN_UP.mode in ("open", "domain")
