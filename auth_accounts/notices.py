"""Mails that tell the owner of an account what happens to it: a login from a new device, wrong
passwords, changes of what opens it (OWASP ASVS 5.0, 6.3.5 and 6.3.7).

They follow the audit, so they come whatever plugin and surface the event comes from. A plugin
declares the events of its own in its AppConfig: `notices = {"factor_added": "A factor was added"}`.
All work is done in the outbox after the commit. No request waits for it or fails by it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from api_http.exceptions import Busy
from auth_accounts.devices import is_new_device, is_seen
from auth_accounts.jobs import MAILS, RESET_PAGE
from auth_accounts.models import EmailAddress
from auth_core.audit import logged_in
from auth_core.devices import name_device
from auth_core.mail.messages import Mail, build_link, deliver
from auth_core.mail.outbox import outbox
from auth_core.models import AuthEvent, EventName

_logger = logging.getLogger(__name__)
Text = str | Promise
NEW_DEVICE = _("A new device logged in to your account")
OWN: Mapping[str, Text] = {
    EventName.PASSWORD_CHANGE: _("Your password was changed"),
    EventName.RENAMING: _("Your user name was changed"),
    EventName.LOCK: _("Many wrong passwords or codes were tried for your account"),
}
# Mails of a kind, and the time. Strangers can cause a lock, so its mail goes out once a day.
USUAL = (3, timedelta(hours=1))
MOST = {EventName.LOCK: (1, timedelta(days=1))}
# The client chooses its name. No mail program makes a link of the rest.
_NO_NAME = re.compile(r"[^\w +-]", re.ASCII)
LONGEST_NAME = 60


def connect_receivers() -> None:
    post_save.connect(follow_event, sender=AuthEvent, dispatch_uid="auth_accounts.notices")
    logged_in.connect(follow_login, dispatch_uid="auth_accounts.notices")


def follow_event(instance: AuthEvent, **_: object) -> None:
    """Mail a notice of the event, if owners get mails about it."""
    if instance.user_id is None:
        return
    if subject := _list_notices().get(instance.event):
        _queue(partial(tell, instance, subject))


def follow_login(event: AuthEvent, **_: object) -> None:
    """Mail a notice of the login, if its device is new to the account."""
    if settings.NEW_DEVICE_MAILS and event.user_id is not None and not is_seen(event):
        _queue(partial(tell_of_device, event))


def tell_old_address(user: Any, address: str) -> None:
    """Tell the former address of an account that it has another address now."""
    facts = {"name": user.get_username()}
    _queue(partial(deliver, Mail(address, f"{MAILS}/moved", settings.LANGUAGE_CODE, facts)))


def _list_notices() -> dict[str, Text]:
    found: dict[str, Text] = dict(OWN)
    for app in apps.get_app_configs():
        found.update(getattr(app, "notices", {}))
    return found


def _queue(job: Callable[[], None]) -> None:
    """Do the job after the commit. A notice that finds the outbox full is dropped."""

    def put() -> None:
        try:
            outbox.put(job)
        except Busy:
            _logger.warning("notice_dropped: too many mails wait")

    transaction.on_commit(put)


def tell_of_device(event: AuthEvent) -> None:
    if is_new_device(event):
        _send(event, NEW_DEVICE)


def tell(event: AuthEvent, subject: Text) -> None:
    """Mail the notice, unless the account got enough of this kind lately."""
    most, span = MOST.get(EventName(event.event), USUAL) if event.event in OWN else USUAL
    owner: Any = event.user_id
    events = AuthEvent.objects.filter(user_id=owner, event=event.event)
    earlier = events.filter(pk__lt=event.pk, at__gt=event.at - span).order_by()
    if len(earlier.values_list("pk")[:most]) < most:
        _send(event, subject)


def _send(event: AuthEvent, subject: Text) -> None:
    """Mail the verified address of the account, if there is one.

    The client may not be the owner, so its language does not count: the service's does.
    """
    owner: Any = event.user_id
    owned = EmailAddress.objects.select_related("user").filter(user_id=owner).first()
    if owned is None or not owned.user.is_active:
        return
    facts = {
        "what": subject,
        "name": owned.user.get_username(),
        "at": timezone.localtime(event.at),
        "device": _NO_NAME.sub("", name_device(event.agent))[:LONGEST_NAME].strip(),
        "address": event.address,
        "is_by_another": event.actor_id is not None,
        "link": build_link(RESET_PAGE),
    }
    deliver(Mail(owned.address, f"{MAILS}/notice", settings.LANGUAGE_CODE, facts))
