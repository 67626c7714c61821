"""The devices that accounts were used on.

A device is the name of its program and system, without versions, and the wide network of its
address: /16 of IPv4, /32 of IPv6. That outlives updates and most new addresses of a line. The rows
hold a digest of it under SECRET_KEY, so they do not show where a person was.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from auth_accounts.models import KnownDevice
from auth_core.devices import name_device
from auth_core.expiring_set import ExpiringSet
from auth_core.models import AuthEvent

PREFIXES = {4: 16, 6: 32}
# A device that was not used for so long is new again (ASVS 5.0, 6.3.5).
FORGOTTEN_AFTER = timedelta(days=90)
# Of an account. The device that was not used for longest makes room.
MOST = 30
# New devices of an account that are mailed in an hour; later devices are noted without a mail.
MOST_MAILED = 3
HOUR = timedelta(hours=1)
# Seconds. Logins from a device of which this process knows cost nothing.
seen = ExpiringSet(3600)


def is_seen(event: AuthEvent) -> bool:
    """Whether this process has looked the device of the login up within the hour."""
    return _key(event) in seen


def is_new_device(event: AuthEvent) -> bool:
    """Note the device of a login. Return whether its owner gets a mail.

    The first device of an account gets none, nor do more than MOST_MAILED in an hour. Several
    logins at once from a new device get a single mail.
    """
    now = timezone.now()
    digest, *older = _list_digests(event)
    owner: Any = event.user_id
    rows = list(KnownDevice.objects.filter(user_id=owner).order_by("-used_at"))
    known = next((row for row in rows if row.digest in (digest, *older)), None)
    is_mailed = bool(rows) and sum(row.added_at > now - HOUR for row in rows) <= MOST_MAILED
    if known is None:
        is_first = _add(owner, digest)
    else:
        is_mailed = is_mailed and known.used_at < now - FORGOTTEN_AFTER
        same = KnownDevice.objects.filter(pk=known.pk, used_at=known.used_at)
        is_first = same.update(used_at=now, digest=digest) == 1
    KnownDevice.objects.filter(pk__in=[row.pk for row in rows[MOST - 1 :]]).delete()
    seen.add(_key(event))
    return is_mailed and is_first


def _add(owner: Any, digest: str) -> bool:
    try:
        with transaction.atomic():
            KnownDevice.objects.create(user_id=owner, digest=digest)
    except IntegrityError:
        return False
    return True


def _list_digests(event: AuthEvent) -> list[str]:
    """Return the digest of the device, then those that earlier SECRET_KEYs gave it."""
    device = f"{event.user_id}\0{name_device(event.agent)}\0{_find_network(event)}"
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [
        salted_hmac("auth_accounts.device", device, secret=key, algorithm="sha256").hexdigest()
        for key in keys
    ]


def _find_network(event: AuthEvent) -> str:
    if not event.address:
        return ""
    width = PREFIXES[6 if ":" in event.address else 4]
    return str(ip_network((event.address, width), strict=False))


def _key(event: AuthEvent) -> bytes:
    facts = f"{event.user_id}\0{event.agent}\0{_find_network(event)}"
    return hashlib.sha256(facts.encode(errors="surrogatepass")).digest()
