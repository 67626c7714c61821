"""All promises that the service makes for every provider, in one class."""

from auth_core.testing.limits import Limits
from auth_core.testing.logins import Logins
from auth_core.testing.outcomes import Outcomes
from auth_core.testing.records import Records
from auth_core.testing.surfaces import Surfaces


class ProviderKit(Outcomes, Surfaces, Records, Limits, Logins):
    """Derive it, set `name`, and write make_headers()."""
