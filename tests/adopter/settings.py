"""Settings of a small project that uses the wheel."""

from pathlib import Path

from runtime.project import configure

BASE_DIR = Path(__file__).parent
DEBUG = True
SECRET_KEY = "of a project that is never served"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "auth_core",
    "auth_jwt",
    "entity_api",
    "store",
]
configure(globals())
