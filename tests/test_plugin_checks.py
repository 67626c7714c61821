"""The system checks on plugins: every fault has an id, a remedy, and stops the start."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings
from rest_framework.authentication import TokenAuthentication
from rest_framework.serializers import CharField

from accounts.permissions import AllowWithoutAuth
from auth_core.contract import AuthProvider
from auth_core.route_checks import check_routes

DUMMY = "tests.dummy_provider.provider.ApiKeyProvider"
OTHERS = [app for app in settings.INSTALLED_APPS if app not in settings.AUTH_PLUGINS]


class Whole(AuthProvider, TokenAuthentication):
    scheme = "Token"
    openapi: ClassVar = {"type": "http", "scheme": "token"}


class WithoutScheme(AuthProvider, TokenAuthentication):
    openapi = Whole.openapi


class OddScheme(Whole):
    scheme: ClassVar[Any] = b"Token"


class BrokenHeader(Whole):
    def challenge_for(self, request: Any) -> str:
        raise KeyError("REALM")


class OddHeader(Whole):
    def challenge_for(self, request: Any) -> Any:
        return b"Token"


class SplitHeader(Whole):
    def challenge_for(self, request: Any) -> str:
        return "Token\r\nX-Evil: 1"


class WithoutHeader(Whole):
    def challenge_for(self, request: Any) -> Any:
        return None


class SpacedScheme(Whole):
    scheme = 'Token realm="x"'


class WithoutOpenAPI(AuthProvider, TokenAuthentication):
    scheme = "Token"


class OddOpenAPI(Whole):
    openapi: ClassVar[Any] = "bearer"


class TypelessOpenAPI(Whole):
    openapi: ClassVar = {"scheme": "bearer"}


class WithoutAuthenticate(AuthProvider):
    scheme = "Token"
    openapi = Whole.openapi


class OddFields(Whole):
    login_fields: ClassVar[dict[str, Any]] = {"otp": "a text"}


class WithoutProof(Whole):
    proof_fields: ClassVar[dict[str, Any]] = {"badge": CharField(required=False)}


class Shouting(Whole):
    scheme = "BEARER"


class Second(Whole):
    scheme = "Bearer"


class WithHeaderOfItsOwn(Whole):
    scheme: ClassVar[Any] = None


class SameName(Whole):
    name = "auth_jwt"


class SpacedName(Whole):
    name = "my keys"


class LongName(Whole):
    name = "n" * 41


class Stranger(TokenAuthentication):
    scheme = "Token"
    openapi = Whole.openapi


@contextmanager
def installed(*plugins: str, **attributes: Any) -> Iterator[list[CheckMessage]]:
    """Install these plugins, and an app whose AppConfig has these attributes; yield what the checks
    say.
    """
    apps = [*plugins, *OTHERS]
    if attributes:
        config = type(
            "MyAppConfig",
            (AppConfig,),
            {"name": "tests.dummy_provider", "__module__": __name__, **attributes},
        )
        setattr(sys.modules[__name__], "MyAppConfig", config)  # noqa: B010 (the name INSTALLED_APPS finds it by)
        apps.insert(0, f"{__name__}.MyAppConfig")
    with override_settings(INSTALLED_APPS=apps):
        yield run_checks(tags=["auth_plugins"])


def list_ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


@pytest.mark.parametrize(
    "plugins",
    [
        ("auth_core", "auth_jwt", "auth_basic"),
        ("auth_core", "auth_jwt"),
        ("auth_basic", "auth_core"),
        ("auth_core", "tests.dummy_provider"),
    ],
)
def test_a_whole_set_of_plugins_raises_no_complaint(plugins: tuple[str, ...]) -> None:
    with installed(*plugins) as messages:
        assert messages == []


@pytest.mark.parametrize("plugins", [("auth_jwt",), ("auth_basic",), ("auth_jwt", "auth_basic")])
def test_providers_without_the_core_are_refused_by_name(plugins: tuple[str, ...]) -> None:
    with installed(*plugins) as messages:
        assert list_ids(messages) == ["accounts.E001"]
        assert ", ".join(plugins) in messages[0].msg
        assert "Add auth_core" in str(messages[0].hint)


def test_the_core_without_a_provider_is_refused() -> None:
    with installed("auth_core") as messages:
        assert list_ids(messages) == ["accounts.E002"]
        assert "Add a provider" in str(messages[0].hint)


def test_an_open_service_is_a_warning() -> None:
    with installed() as messages:
        assert list_ids(messages) == ["accounts.W001"]
        assert not messages[0].is_serious()
        assert "AUTH_PLUGINS" in str(messages[0].hint)


@pytest.mark.parametrize(
    "name",
    [
        "auth_providers",
        "authprovider",
        "auth_provder",
        "Auth_Provider",
        "AUTH_PROVIDER",
        "auth_Provider",
        "auth_providor",
        "oauth_provider",
        "_auth_provider",
        "authentication_provider",
        "auth_provider_class",
    ],
)
@pytest.mark.parametrize("plugins", [(), ("auth_core", "auth_jwt")])
def test_a_misspelt_declaration_is_refused(name: str, plugins: tuple[str, ...]) -> None:
    with installed(*plugins, **{name: DUMMY}) as messages:
        assert "accounts.E003" in list_ids(messages)
        message = next(message for message in messages if message.id == "accounts.E003")
        assert f"{name!r}" in message.msg
        assert "'auth_provider' in tests.test_plugin_checks.MyAppConfig" in str(message.hint)


@pytest.mark.parametrize("name", ["auth_setting", "auth_middlewares", "AUTH_SETTINGS"])
def test_a_misspelt_declaration_of_a_need_is_refused(name: str) -> None:
    with installed("auth_core", "auth_jwt", **{name: {}}) as messages:
        assert list_ids(messages) == ["accounts.E003"]
        assert "Rename it to 'auth_" in str(messages[0].hint)


@pytest.mark.parametrize(
    "name", ["author", "auth", "provider_name", "auth_backends", "verbose_name", "data_provider"]
)
def test_another_attribute_is_no_misspelling(name: str) -> None:
    with installed("auth_core", "auth_jwt", **{name: "x"}) as messages:
        assert messages == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (
            "tests.no_such_module.Provider",
            "ModuleNotFoundError: No module named 'tests.no_such_module'",
        ),
        ("tests.dummy_provider.provider.NoSuchClass", "ImportError: Module"),
        ("tests.broken_provider.Provider", "ZeroDivisionError: division by zero"),
        ("provider", "ImportError: provider doesn't look like a module path"),
        ("", "ImportError"),
        (None, "AttributeError"),
        (Whole, "AttributeError"),
    ],
)
def test_a_provider_that_cannot_be_imported_is_refused_with_the_original_error(
    path: Any, reason: str
) -> None:
    with installed("auth_core", auth_provider=path) as messages:
        assert list_ids(messages) == ["auth_core.E001"]
        assert reason in messages[0].msg
        assert "tests.dummy_provider" in str(messages[0].hint)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("Whole", []),
        ("Stranger", ["auth_core.E002"]),
        ("list_ids", ["auth_core.E002"]),
        ("DUMMY", ["auth_core.E002"]),
        ("WithoutScheme", ["auth_core.E003"]),
        ("OddScheme", ["auth_core.E003"]),
        ("SpacedScheme", ["auth_core.E003"]),
        ("BrokenHeader", ["auth_core.E007"]),
        ("OddHeader", ["auth_core.E007"]),
        ("SplitHeader", ["auth_core.E007"]),
        ("WithoutHeader", []),
        ("WithoutOpenAPI", ["auth_core.E004"]),
        ("OddOpenAPI", ["auth_core.E004"]),
        ("TypelessOpenAPI", ["auth_core.E004"]),
        ("WithoutAuthenticate", ["auth_core.E006"]),
        ("WithoutProof", ["auth_core.E006"]),
        ("OddFields", ["auth_core.E025"]),
        ("Shouting", ["auth_core.E009"]),
        ("Second", []),
        ("WithHeaderOfItsOwn", []),
        ("SameName", ["auth_core.E005"]),
        ("SpacedName", ["auth_core.E008"]),
        ("LongName", ["auth_core.E008"]),
    ],
)
def test_a_provider_that_breaks_the_contract_is_refused(name: str, ids: list[str]) -> None:
    with installed("auth_core", "auth_jwt", auth_provider=f"{__name__}.{name}") as messages:
        assert list_ids(messages) == ids
        assert all(message.hint for message in messages)


def test_two_providers_of_one_name_are_both_named() -> None:
    with installed("auth_core", "auth_jwt", auth_provider=f"{__name__}.SameName") as messages:
        assert "tests.dummy_provider and auth_jwt" in messages[0].msg


@pytest.mark.parametrize("plugins", [("auth_jwt",), ("auth_core",)])
def test_management_commands_refuse_to_run(plugins: tuple[str, ...]) -> None:
    with installed(*plugins), pytest.raises(SystemCheckError, match=r"accounts\.E00"):
        call_command("check")


@pytest.mark.parametrize(
    "plugins", [("auth_jwt",), ("auth_core",), ("auth_core", "auth_jwt"), ("tests.dummy_provider",)]
)
def test_the_open_permission_allows_nothing_while_a_part_of_authentication_is_there(
    rf: Any, plugins: tuple[str, ...]
) -> None:
    with installed(*plugins):
        assert not AllowWithoutAuth().has_permission(rf.get("/"), None)  # type: ignore[arg-type]
    with installed():
        assert AllowWithoutAuth().has_permission(rf.get("/"), None)  # type: ignore[arg-type]


class FirstRoutes(AppConfig):
    name, label, auth_provider = "tests.routed_provider", "first", f"{__name__}.Whole"


def test_a_route_that_is_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    app = f"{__name__}.FirstRoutes"
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, app]):
        assert check_routes() == []
        monkeypatch.setattr("auth_core.route_checks.OF_CORE", ("keys",))
        (fault,) = check_routes()
    assert fault.id == "auth_core.E017"
    assert "'keys', which auth_core has too" in fault.msg
