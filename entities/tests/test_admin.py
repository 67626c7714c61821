"""The pages of the admin as this project names them."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.django_db


def test_their_title_is_the_name_of_the_project(client: Client) -> None:
    root: Any = get_user_model().objects.create_superuser("root")
    client.force_login(root)
    assert "Django auth service" in client.get("/admin/").text
