"""The settings of passwords: what a new password must be, and how it is hashed."""

from __future__ import annotations

from typing import Any

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
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": SHORTEST_PASSWORD},
    },
    {"NAME": "accounts.password_rules.WholePasswordValidator"},
    {"NAME": "accounts.password_rules.UncommonPasswordValidator"},
    {"NAME": "accounts.leaked_passwords.LeakedPasswordValidator"},
]
