"""Settings for mypy alone: the apps of the project, of its tests and of all plugins, which no
process serves together, and the settings that plugins declare.
"""

# isort: off
from datetime import timedelta
from typing import Any

# First: it names the plugins.
from tests.plugins.settings import *  # noqa: F403
from tests.plugins.settings import INSTALLED_APPS as TESTS

from auth_accounts.settings import SignUp
from auth_oidc.issuers import Issuer
from config.settings import INSTALLED_APPS as PROJECT

INSTALLED_APPS = list(dict.fromkeys([*TESTS, *PROJECT]))
PROXY_USER_HEADER = PROXY_SECRET = ""
PROXY_CREATE_USERS = False
LDAP_AUTH_URL = INTROSPECTION_URL = ""
LDAP_AUTH_CONNECT_TIMEOUT = LDAP_AUTH_RECEIVE_TIMEOUT = 0
GATEWAYS: list[str] = []
OIDC_ISSUERS: list[Issuer] = []
MFA_REQUIRED_FOR: list[str] = []
MFA_BASIC: str = "refuse"
MFA_REMEMBER_DEVICE: timedelta | None = None
EMAIL_URL: dict[str, Any] | None = None
PUBLIC_URL: str = ""
SIGN_UP: SignUp = SignUp()
SIGN_UP_ROLE: str = "user"
LOGIN_BY: str = "username"
MAGIC_LINK_URL: str = ""
NEW_DEVICE_MAILS: bool = True
