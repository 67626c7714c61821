"""The values of all settings that a project does not set, as a module of settings.

The service reads most of them from the environment (config/environment.py). Another project sets
them in its settings (runtime/project.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from runtime.variable_parsers import Proxy
from runtime.waits import DatabaseWaits

# Paths of the API, with its errors and headers and without cookies (api_http/middleware.py).
# All other paths are pages.
API_PATHS = r"^/(api|api-json|graphql|metrics|\.well-known)(/|$)"
# The page at `/`, which a project has itself. The service shows it.
LANDING_PAGE = False
# Swagger UI and the OpenAPI document.
API_DOCS = True
API_MAX_TAKE = 1000
# Bytes.
FILE_MAX_SIZE = 10 * 2**20
# A line for each request. The service writes it in production.
REQUEST_LOG = False
# Who may read /metrics. Without a token, clients on this machine may.
METRICS_TOKEN = ""
# Where `serve` sends traces.
OTEL_EXPORTER_OTLP_ENDPOINT = ""
# Proxies whose X-Forwarded-For counts. Without any, a client is the peer of its connection.
TRUSTED_PROXIES: Sequence[Proxy] = ()

# Failed logins without a wait. The next attempts wait 1, 2, 4, … seconds, up to LOCKOUT_LONGEST.
# A failure counts for LOCKOUT_MEMORY. Many people may share an address, but not an account.
LOCKOUT_ACCOUNT_TRIES = 5
LOCKOUT_ADDRESS_TRIES = 50
LOCKOUT_LONGEST: timedelta = timedelta(minutes=15)
LOCKOUT_MEMORY: timedelta = timedelta(days=1)
# How old the last authentication may be, for actions that need a recent authentication.
REAUTHENTICATION_TIMEOUT: timedelta = timedelta(minutes=5)

JWT_SECRET_KEY = ""
# They only verify. They also count where private keys sign, so that a service can move to those.
JWT_SECRET_KEY_FALLBACKS: Sequence[str] = ()
# Other services can verify tokens by themselves where private keys sign instead; JWT_SECRET_KEY is
# not used then.
JWT_KEYS_DIR = ""
JWT_PRIVATE_KEYS = ""
JWT_EXPIRATION: timedelta = timedelta(hours=1)
# A session ends when it was not refreshed for so long, and in any case so long after the login.
JWT_REFRESH_EXPIRATION: timedelta = timedelta(days=7)
JWT_SESSION_EXPIRATION: timedelta = timedelta(days=30)
JWT_REFRESH_GRACE: timedelta = timedelta(seconds=10)
# Who signs the tokens and who they are for (`iss`, `aud`): a token of another service is refused.
JWT_ISSUER = "django-auth-service"
JWT_AUDIENCE = "django-auth-service"

DATABASE_WAITS: DatabaseWaits = DatabaseWaits(
    statement=timedelta(seconds=30),
    lock=timedelta(seconds=5),
    idle=timedelta(seconds=60),
    tcp=timedelta(seconds=10),
)
