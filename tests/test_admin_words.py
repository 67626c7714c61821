"""The admin's sentences, and its pages for errors with a way back."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.template.loader import render_to_string
from django.test import Client

from tests.admin_pages import address_of


@pytest.fixture
def staff(admin: Any) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def test_the_sentences_are_plain(staff: Client) -> None:
    page = staff.get("/admin/accounts/user/add/").text
    assert "Login with a password" in page
    assert "Single Sign-On" not in page
    page = staff.post("/admin/logout/").text
    assert "You are logged out." in page
    assert "quality time" not in page


def test_a_refusal_and_a_missing_page_lead_back(staff: Client) -> None:
    for address, status in ((address_of(Group, "add"), 403), ("/admin/nothing/", 404)):
        page = staff.get(address)
        assert page.status_code == status
        assert '<a href="/admin/">Administration</a>' in page.text
    assert staff.get("/api/nothing").json()["status"] == 404


def test_the_page_of_a_fault_needs_no_context() -> None:
    assert '<a href="/admin/">Administration</a>' in render_to_string("500.html")
