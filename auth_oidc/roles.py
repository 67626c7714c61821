"""The roles that an issuer gives, as groups of the user."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from rest_framework.exceptions import APIException

from auth_core.caller import read_roles
from auth_core.policy.loading import current_policy

logger = logging.getLogger(__name__)


def give_roles(user: Any, roles: Iterable[str] | None) -> None:
    """Let the user have just these roles; `None` changes nothing. Other groups are left alone."""
    if roles is None:
        return
    held = set(read_roles(user)).intersection(current_policy().roles)
    lost, new = held.difference(roles), set(roles) - held
    for name in sorted(new):
        user.groups.add(Group.objects.get_or_create(name=name)[0])
    try:
        with transaction.atomic():
            user.groups.remove(*Group.objects.filter(name__in=lost))
    except APIException:
        # The last administrator keeps the role.
        logger.warning("The roles %s of %s are kept.", sorted(lost), user.get_username())
