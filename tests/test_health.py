"""The probes."""

import pytest
from rest_framework.test import APIClient


@pytest.mark.parametrize("path", ["/api/_health/live", "/api/_health/ready", "/api/_health/ready/"])
def test_it_is_well_without_credentials(db: None, api: APIClient, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.content) == (204, b"")
