"""The only file that names every app. Environment variables come from config/environment.py."""

from pathlib import Path

# What a password must be, and how it is hashed.
from accounts.password_settings import *  # noqa: F403
from api_http.about import describe_api, describe_tags
from api_http.logs import configure_logging
from config.environment import read_environment
from runtime.connected import VIEWS, describe_documents

# Each of these may be set anew below: how many failed logins are free, how long a lock lasts, …
from runtime.defaults import *  # noqa: F403
from runtime.plugins import list_backends, list_middleware, list_names
from runtime.roles import read_roles
from runtime.server_settings import ServerSettings
from runtime.waits import DatabaseWaits

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = read_environment(BASE_DIR)

SECRET_KEY = ENV.secret_key
# Older keys still verify signatures and sessions, and sign nothing new.
SECRET_KEY_FALLBACKS = ENV.secret_key_fallbacks
DEBUG = ENV.debug
# If the list is empty, Django answers to this machine's own names in DEBUG.
ALLOWED_HOSTS = ENV.allowed_hosts

# The authentication plugins, in the order in which they are asked and in which their challenges are
# sent. Remove plugins here or in AUTH_PLUGINS. An empty list is an open service.
AUTH_PLUGINS = ENV.auth_plugins
AUTHENTICATED = "auth_core" in list_names(AUTH_PLUGINS)
# The settings that plugins declare. A setting below has the last word.
globals().update(ENV.plugin_settings)

INSTALLED_APPS = [
    *AUTH_PLUGINS,
    "entities",
    "accounts",
    "entity_api",
    "api_http",
    "runtime",
    "accounts.admin_site.SectionedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "import_export",
]

# The middlewares that plugins declare run for the API too, such as those of Django's session.
PLUGIN_MIDDLEWARE = list_middleware(AUTH_PLUGINS)
MIDDLEWARE = [
    # Sees each request, its answer and the time between them.
    "api_http.observation.ObservationMiddleware",
    # Before all others, so that every answer carries the id under which its events are found.
    *(["auth_core.middleware.AuditMiddleware"] if AUTHENTICATED else []),
    # These only add headers, also to refusals of the next middlewares: a browser shows a refusal
    # without the headers of CORS to no script. Only a preflight is answered here.
    "api_http.middleware.OriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "api_http.middleware.PagePolicyMiddleware",
    # Before all others that read addresses and headers.
    "api_http.middleware.LengthMiddleware",
    *PLUGIN_MIDDLEWARE,
    # Goes round all that may answer or fail.
    "api_http.middleware.ApiMiddleware",
    # From here on there are only pages.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
# Each runs once, where it comes first.
MIDDLEWARE = list(dict.fromkeys(MIDDLEWARE))

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE_WAITS = DatabaseWaits(
    statement=ENV.statement_timeout,
    lock=ENV.lock_timeout,
    idle=ENV.idle_timeout,
    tcp=ENV.tcp_timeout,
)
DATABASES = {"default": DATABASE_WAITS.configure(ENV.database)}
# A standby that answers reads of entities (docs/scaling.md).
if ENV.replica:
    DATABASES["replica"] = DATABASE_WAITS.configure(ENV.replica)
    DATABASE_ROUTERS = ["runtime.replica.ReplicaRouter"]
CACHES = {"default": ENV.cache}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# Who may do what. The roles it names are all that may be given to users; each is a Django group.
PERMISSIONS_FILE = BASE_DIR / "config" / "permissions.toml"
ROLES = read_roles(PERMISSIONS_FILE)
# Of argon2id: KiB of memory and passes over it. OWASP's Password Storage Cheat Sheet has 19 MiB
# with 2, 46 MiB with 1.
HASH_MEMORY_KIB = ENV.hash_memory_kib
HASH_TIME = ENV.hash_time
# New passwords are looked up in a sorted file, and at a service by five digits of their SHA-1.
LEAKED_PASSWORDS_FILE = (
    str(BASE_DIR / ENV.leaked_passwords_file) if ENV.leaked_passwords_file else ""
)
LEAKED_PASSWORDS_URL = ENV.leaked_passwords_url
# Seconds that a password waits to be hashed before the answer is 503.
HASH_QUEUE_SECONDS = ENV.hash_queue_seconds

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
# The admin writes times with seconds and zone.
FORMAT_MODULE_PATH = ["api_http.formats"]
# After a login without a page to return to. Only the admin has a login page.
LOGIN_REDIRECT_URL = "admin:index"
STATIC_URL = "static/"
# Files are served from where the apps keep them: there is nothing to collect.
WHITENOISE_USE_FINDERS = True

# HTTPS ends in the proxy, if there is one we trust: without this, forms of the admin would seem to
# come from elsewhere.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
# `check --deploy` also asks about the host's other names (W005, W021) and about a redirect from
# plain HTTP (W008). The proxy decides both. A redirected POST would have sent its password by then.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
# Behind HTTPS these close the ways back to plain HTTP; on a developer's machine there is no HTTPS.
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
# Seconds. Browsers keep to HTTPS that long; raise it once the host is to speak HTTPS for good.
SECURE_HSTS_SECONDS = 0 if DEBUG else 86_400

CORS_URLS_REGEX = API_PATHS  # noqa: F405
CORS_ALLOW_ALL_ORIGINS = DEBUG
CORS_ALLOWED_ORIGINS = ENV.cors_allowed_origins
CORS_ALLOW_CREDENTIALS = False
# A preflight gets the headers that it asks for. A preflight that asks for no header gets these.
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "prefer"]
CORS_EXPOSE_HEADERS = [
    "Link",
    "Location",
    "ETag",
    "X-Total-Count",
    "Preference-Applied",
    "WWW-Authenticate",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-ID",
]

LOGGING = configure_logging(debug=DEBUG)
# A line for each request (docs/operations.md).
REQUEST_LOG = ENV.request_log
# Who may read /metrics. Without a token, clients on this machine may.
METRICS_TOKEN = ENV.metrics_token
# Where traces go, by the extra `otel`.
OTEL_EXPORTER_OTLP_ENDPOINT = ENV.otel_endpoint

# How often an address may ask without a known caller, and a session be refreshed.
THROTTLE_ANONYMOUS = ENV.throttle_anonymous
THROTTLE_REFRESH = ENV.throttle_refresh
API_MAX_TAKE = ENV.api_max_take
FILE_MAX_SIZE = ENV.file_max_size
# Where uploaded files are. Only the API and the admin show them (docs/files.md).
MEDIA_ROOT = BASE_DIR / "media"
TRUSTED_PROXIES = ENV.trusted_proxies
# The like of admin/admin, which quickstart makes.
REFUSE_DEFAULT_PASSWORDS = not DEBUG
# The page at `/`.
LANDING_PAGE = ENV.landing_page
API_DOCS = ENV.api_docs
GRAPHQL_PLAYGROUND = ENV.graphql_playground
GRAPHQL_INTROSPECTION = ENV.graphql_introspection
PORT = ENV.port
# How `manage.py serve` runs the service (docs/operations.md).
SERVER = ServerSettings(
    host=ENV.serve_host,
    port=ENV.port,
    workers=ENV.serve_workers,
    threads=ENV.serve_threads,
    backpressure=ENV.serve_backpressure,
    respawn=ENV.serve_respawn,
    thread_timeout=ENV.serve_thread_timeout,
    connection_timeout=ENV.serve_connection_timeout,
    stop_timeout=ENV.serve_stop_timeout,
    stop_delay=ENV.stop_delay,
    live_port=ENV.serve_live_port,
)
JWT_SECRET_KEY = ENV.jwt_secret_key
JWT_SECRET_KEY_FALLBACKS = ENV.jwt_secret_key_fallbacks
JWT_KEYS_DIR = str(BASE_DIR / ENV.jwt_keys_dir) if ENV.jwt_keys_dir else ""
JWT_PRIVATE_KEYS = ENV.jwt_private_keys
JWT_EXPIRATION = ENV.jwt_expiration
JWT_REFRESH_EXPIRATION = ENV.jwt_refresh_expiration
JWT_SESSION_EXPIRATION = ENV.jwt_session_expiration
REAUTHENTICATION_TIMEOUT = ENV.reauthentication_timeout
JWT_REFRESH_GRACE = ENV.jwt_refresh_grace

AUTHENTICATION_BACKENDS = [
    "auth_core.backend.PolicyBackend"
    if AUTHENTICATED
    else "django.contrib.auth.backends.ModelBackend",
    # Later ones are asked about a password that does not match the stored hash.
    *(list_backends(AUTH_PLUGINS) if AUTHENTICATED else []),
]
REST_FRAMEWORK = {
    **VIEWS,
    "DEFAULT_AUTHENTICATION_CLASSES": ["auth_core.authentication.ProviderAuthentication"]
    if AUTHENTICATED
    else [],
    "DEFAULT_PERMISSION_CLASSES": [
        "auth_core.permissions.PolicyPermission"
        if AUTHENTICATED
        else "accounts.permissions.AllowWithoutAuth"
    ],
    "DEFAULT_FILTER_BACKENDS": ["auth_core.filtering.PolicyFilterBackend"] if AUTHENTICATED else [],
}

SPECTACULAR_SETTINGS = {
    **describe_documents(),
    "TITLE": "Django auth service",
    "DESCRIPTION": describe_api(BASE_DIR / "config", authenticated=AUTHENTICATED, debug=DEBUG),
    "VERSION": "1.0.0",
    "TAGS": describe_tags(authenticated=AUTHENTICATED),
}
