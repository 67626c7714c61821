"""The limits of factors hold for 64 requests at once, and the first factor alone brings codes."""

from __future__ import annotations

import pytest

from tests.processes import run_python

pytestmark = pytest.mark.exhaustive
SETUP = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from auth_mfa import passkeys, use_cases
from auth_mfa.models import Factor, Passkey, RecoveryCode
from auth_mfa.secrets import encrypt
from tests.plugins.authenticator import Authenticator
from tests.plugins.mfa import SECRET, show_code

user = get_user_model().objects.get(username="admin")

def ask():
    return Request(RequestFactory().post("/", headers={"host": "localhost"}))

def add_factor(confirmed_at=None):
    Factor.objects.create(
        user=user, secret=encrypt(SECRET), created_at=timezone.now(), confirmed_at=confirmed_at)

def run(act):
    def one(number):
        try:
            return act(number)
        except APIException as error:
            return error.get_codes()
        finally:
            connection.close()
    with ThreadPoolExecutor(64) as pool:
        return list(pool.map(one, range(64)))
"""
PASSKEYS = """
def add(number):
    request = ask()
    made = Authenticator("https://api.example.org").create(passkeys.begin_passkey(request, user))
    return passkeys.add_passkey(request, user, str(number), made)[1]

answers = run(add)
print(Passkey.objects.count(), answers.count("too_many"), sum(map(bool, answers)) - 54)
print(RecoveryCode.objects.count())
"""
APPS = """
run(lambda _: use_cases.begin_totp(user))
print(Factor.objects.count())
Factor.objects.all().delete()
for confirmed_at in [timezone.now()] * 3 + [None] * 64:
    add_factor(confirmed_at)
answers = run(lambda _: use_cases.confirm_totp(ask(), user, show_code()))
print(Factor.objects.confirmed().count())
"""


def run_at_once(script: str, url: str) -> list[str]:
    facts = {"DATABASE_URL": url, "DEBUG": "true", "REDIS_URL": ""}
    settings = {"DJANGO_SETTINGS_MODULE": "tests.plugins.settings"}
    done = run_python("-c", SETUP + script, **facts, **settings)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


def test_passkeys_of_a_user(seeded_url: str) -> None:
    assert run_at_once(PASSKEYS, seeded_url) == ["10", "54", "1", "10"]


def test_apps_of_a_user(seeded_url: str) -> None:
    assert run_at_once(APPS, seeded_url) == ["1", "5"]
