"""A service of the version before goes on while the migrations of this one are applied."""

import pytest
from django.db.migrations.loader import MigrationLoader

from runtime.migration_checks import find_unsafe_steps

pytestmark = pytest.mark.one_database


def test_no_shipped_migration_disturbs_the_version_before() -> None:
    loader = MigrationLoader(None)
    ours = {
        key: each
        for key, each in loader.disk_migrations.items()
        if not type(each).__module__.startswith("django.")
    }
    assert {("auth_mfa", "0002_passkeys"), ("auth_accounts", "0002_known_devices")} <= set(ours)
    assert [fault for each in ours.values() for fault in find_unsafe_steps(loader, each)] == []
