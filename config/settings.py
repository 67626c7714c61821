"""The only file that names every app. Environment variables come from config/environment.py."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.role_names import read_roles
from api_http.about import describe_api, describe_tags
from api_http.logs import configure_logging
from config.environment import read_environment
from runtime.plugins import list_middleware, list_names
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
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
]

# The middlewares that plugins declare run for the API too, such as those of Django's session.
PLUGIN_MIDDLEWARE = list_middleware(AUTH_PLUGINS)
MIDDLEWARE = [
    # Outermost, so that every answer carries the id under which its events are found.
    *(["auth_core.middleware.AuditMiddleware"] if AUTHENTICATED else []),
    # These only add headers, also to refusals of the next middlewares.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "api_http.page_headers.PagePolicyMiddleware",
    # Before all that reads addresses and headers, Origin among them.
    "api_http.lengths.LengthMiddleware",
    "api_http.middleware.OriginMiddleware",
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

# Paths of the API, with its errors and headers and without cookies (api_http/middleware.py).
# All other paths are pages.
API_PATHS = r"^/(api|api-json|graphql|\.well-known)(/|$)"

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
CACHES = {"default": ENV.cache}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# Who may do what. The roles it names are all that may be given to users; each is a Django group.
PERMISSIONS_FILE = BASE_DIR / "config" / "permissions.toml"
ROLES = read_roles(PERMISSIONS_FILE)
# The least that NIST SP 800-63B-4 allows for a password that is the only factor.
SHORTEST_PASSWORD = 15
# Django's, which accounts/hashing.py runs one after the other. The first is for new passwords.
PASSWORD_HASHERS = [
    "accounts.hashing.Argon2PasswordHasher",
    "accounts.hashing.PBKDF2PasswordHasher",
    "accounts.hashing.PBKDF2SHA1PasswordHasher",
    "accounts.hashing.BCryptSHA256PasswordHasher",
    "accounts.hashing.BCryptPasswordHasher",
    "accounts.hashing.ScryptPasswordHasher",
]
# Of argon2id: KiB of memory and passes over it. OWASP's Password Storage Cheat Sheet has 19 MiB
# with 2, 46 MiB with 1.
HASH_MEMORY_KIB = ENV.hash_memory_kib
HASH_TIME = ENV.hash_time
# Seconds that a password waits to be hashed before the answer is 503.
HASH_QUEUE_SECONDS = ENV.hash_queue_seconds
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": SHORTEST_PASSWORD},
    },
    {"NAME": "accounts.password_rules.WholePasswordValidator"},
    {"NAME": "accounts.password_rules.UncommonPasswordValidator"},
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
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

CORS_URLS_REGEX = API_PATHS
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
    "X-Request-ID",
]

LOGGING = configure_logging(debug=DEBUG)

API_MAX_TAKE = ENV.api_max_take
FILE_MAX_SIZE = ENV.file_max_size
# Where uploaded files are. Only the API and the admin show them (docs/files.md).
MEDIA_ROOT = BASE_DIR / "media"
# Proxies whose X-Forwarded-For counts. Without any, a client is the peer of its connection.
TRUSTED_PROXIES = ENV.trusted_proxies
# Failed logins without a wait. The next attempts wait 1, 2, 4, … seconds, up to LOCKOUT_LONGEST.
# A failure counts for LOCKOUT_MEMORY. Many people may share an address, but not an account.
LOCKOUT_ACCOUNT_TRIES = 5
LOCKOUT_ADDRESS_TRIES = 50
LOCKOUT_LONGEST = timedelta(minutes=15)
LOCKOUT_MEMORY = timedelta(days=1)
# The like of admin/admin, which quickstart makes.
REFUSE_DEFAULT_PASSWORDS = not DEBUG
# Swagger UI and the OpenAPI document.
API_DOCS = ENV.api_docs
GRAPHQL_PLAYGROUND = ENV.graphql_playground
GRAPHQL_INTROSPECTION = ENV.graphql_introspection
PORT = ENV.port
JWT_SECRET_KEY = ENV.jwt_secret_key
# They only verify. They also count where private keys sign, so that a service can move to those.
JWT_SECRET_KEY_FALLBACKS = ENV.jwt_secret_key_fallbacks
# Other services can verify tokens by themselves where private keys sign instead; JWT_SECRET_KEY is
# not used then.
JWT_KEYS_DIR = str(BASE_DIR / ENV.jwt_keys_dir) if ENV.jwt_keys_dir else ""
JWT_PRIVATE_KEYS = ENV.jwt_private_keys
JWT_EXPIRATION = ENV.jwt_expiration
# A session ends when it was not refreshed for so long, and in any case so long after the login.
JWT_REFRESH_EXPIRATION = ENV.jwt_refresh_expiration
JWT_SESSION_EXPIRATION = ENV.jwt_session_expiration
JWT_REFRESH_GRACE = ENV.jwt_refresh_grace
# Who signs the tokens and who they are for (`iss`, `aud`): a token of another service is refused.
JWT_ISSUER = "django-auth-service"
JWT_AUDIENCE = "django-auth-service"

AUTHENTICATION_BACKENDS = [
    "auth_core.backend.PolicyBackend"
    if AUTHENTICATED
    else "django.contrib.auth.backends.ModelBackend"
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["auth_core.authentication.ProviderAuthentication"]
    if AUTHENTICATED
    else [],
    "DEFAULT_PERMISSION_CLASSES": [
        "auth_core.permissions.PolicyPermission"
        if AUTHENTICATED
        else "accounts.permissions.AllowWithoutAuth"
    ],
    "DEFAULT_FILTER_BACKENDS": ["auth_core.filtering.PolicyFilterBackend"] if AUTHENTICATED else [],
    "DEFAULT_RENDERER_CLASSES": ["api_http.json.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api_http.json.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api_http.json.JSONOnly",
    "DEFAULT_METADATA_CLASS": "api_http.json.AllowOnly",
    "DEFAULT_SCHEMA_CLASS": "api_http.openapi.Schema",
    # Times are written by the renderer, all in the same form.
    "DATETIME_FORMAT": None,
    "EXCEPTION_HANDLER": "api_http.problems.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Django auth service",
    "DESCRIPTION": describe_api(BASE_DIR / "config", authenticated=AUTHENTICATED, debug=DEBUG),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": (BASE_DIR / "api_http" / "swagger.js").read_text(encoding="utf-8"),
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api_http.openapi.close_inputs",
        "entity_api.openapi.names.add_tags",
    ],
    # A client has to be told the host. The paths begin at its root.
    "SERVERS": [{"url": "/"}],
    "TAGS": describe_tags(authenticated=AUTHENTICATED),
}
