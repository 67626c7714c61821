"""Behind a proxy that ends HTTPS: whose word counts that a request came over HTTPS."""

import pytest

from tests.processes import run_python

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

ASK = """
import django; django.setup()
from django.test import RequestFactory
print(RequestFactory().get("/admin/", headers={"X-Forwarded-Proto": "https"}).is_secure())
"""


@pytest.mark.parametrize(
    ("proxies", "secure"), [("", "False\n"), ("192.0.2.0/24", "True\n"), ("unix", "True\n")]
)
def test_only_with_a_known_proxy_a_header_makes_a_request_secure(proxies: str, secure: str) -> None:
    done = run_python("-c", ASK, TRUSTED_PROXIES=proxies, DJANGO_SETTINGS_MODULE="tests.settings")
    assert done.stdout == secure
