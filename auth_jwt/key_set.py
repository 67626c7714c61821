"""The key set: the key that signs now, and every key whose tokens are accepted (RFC 7517)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path

from django.conf import settings

from auth_core import Unavailable
from auth_jwt.keys import BadKeyError, Jwk, Key, make_secret_key, read_private_key
from auth_jwt.kinds import KINDS
from runtime.keys import SHORTEST_KEY

ACTIVE, STANDBY, RETIRED = STATES = ("active", "standby", "retired")
# `active.pem`, `standby-<kid>.pem`; other files in the directory are ignored.
FILE = re.compile(rf"({'|'.join(STATES)})(-[^/]*)?\.pem")
BLOCK = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)
# A file by its path and the nanosecond of its last change.
Listing = tuple[tuple[Path, int], ...]
Secrets = tuple[str, ...]


class KeySet:
    """The first key signs; all verify.

    The key is found by the token's first part, byte by byte, which holds `alg`, `kid` and `typ`.
    Any other header is unknown. So `none`, `jku`, `jwk`, `x5u`, `crit` or another algorithm need no
    rule.
    """

    def __init__(self, keys: Sequence[Key], fallbacks: Sequence[str] = ()) -> None:
        """Make a set of `keys`, and of the secrets `fallbacks`, which never sign."""
        self.keys = (*keys, *map(make_secret_key, fallbacks))
        # Secrets have no `kid`, so tokens of all of them begin alike.
        self._openings: dict[tuple[str, str], list[Key]] = {}
        for kind, key in product(KINDS, self.keys):
            opening = key.sign(kind.typ, {}).partition(".")[0]
            self._openings.setdefault((kind.typ, opening), []).append(key)

    @property
    def signer(self) -> Key:
        return self.keys[0]

    def find(self, typ: str, opening: str) -> Sequence[Key]:
        """Return the keys of the tokens of this type that begin so."""
        return self._openings.get((typ, opening), ())

    def describe(self) -> list[Jwk]:
        """Return the public keys (RFC 7517). A secret has no public key."""
        return [key.jwk for key in self.keys if key.jwk]


def current_key_set() -> KeySet:
    """Return the key set of the settings: the keys of JWT_KEYS_DIR, or JWT_PRIVATE_KEYS, or the
    secret JWT_SECRET_KEY.

    The secrets of JWT_SECRET_KEY_FALLBACKS verify in addition. A change in the directory counts
    from the next call on. Raises BadKeyError.
    """
    fallbacks = tuple(settings.JWT_SECRET_KEY_FALLBACKS)
    if settings.JWT_KEYS_DIR:
        return _read_directory(Path(settings.JWT_KEYS_DIR), fallbacks)
    if settings.JWT_PRIVATE_KEYS:
        return _read_text(settings.JWT_PRIVATE_KEYS, fallbacks)
    return _make_secret_set(settings.JWT_SECRET_KEY, fallbacks)


def require_key_set() -> KeySet:
    """Return the key set for a request. Raises Unavailable (503) while no key can sign."""
    try:
        return current_key_set()
    except BadKeyError as error:
        raise Unavailable from error


def _read_directory(directory: Path, fallbacks: Secrets) -> KeySet:
    try:
        try:
            return _read_files(list_files(directory), fallbacks)
        except FileNotFoundError:  # A rotation has renamed a file since it was listed.
            return _read_files(list_files(directory), fallbacks)
    except OSError as error:
        raise BadKeyError(
            f"JWT_KEYS_DIR: {error.filename} cannot be read: {error.strerror}"
        ) from None


def list_files(directory: Path) -> Listing:
    """Return the key files in the order of precedence: active before others, and of two active ones
    the newer.
    """
    files = [
        (path, path.stat().st_mtime_ns) for path in directory.iterdir() if FILE.fullmatch(path.name)
    ]
    return tuple(
        sorted(files, key=lambda file: (STATES.index(state_of(file[0])), -file[1], file[0]))
    )


def state_of(path: Path) -> str:
    return path.name.removesuffix(".pem").partition("-")[0]


@lru_cache(maxsize=4)
def _read_files(files: Listing, fallbacks: Secrets) -> KeySet:
    if not files or state_of(files[0][0]) != ACTIVE:
        raise BadKeyError(
            "JWT_KEYS_DIR: there is no active key; make one with `manage.py rotate_keys`"
        )
    return KeySet([read_file(path) for path, _ in files], fallbacks)


def read_file(path: Path) -> Key:
    try:
        return read_private_key(path.read_bytes())
    except BadKeyError as fault:
        raise BadKeyError(f"JWT_KEYS_DIR: {path} cannot be used: {fault}") from None


@lru_cache(maxsize=4)
def _read_text(text: str, fallbacks: Secrets) -> KeySet:
    # Many places that set variables cannot hold a line break.
    blocks = BLOCK.findall(text.replace("\\n", "\n"))
    if not blocks:
        raise BadKeyError("JWT_PRIVATE_KEYS holds no private key in PEM")
    try:
        return KeySet([read_private_key(block.encode()) for block in blocks], fallbacks)
    except BadKeyError as fault:
        raise BadKeyError(f"A key of JWT_PRIVATE_KEYS cannot be used: {fault}") from None


@lru_cache(maxsize=4)
def _make_secret_set(secret: str, fallbacks: Secrets) -> KeySet:
    if any(len(key.encode()) < SHORTEST_KEY for key in (secret, *fallbacks)):
        raise BadKeyError(f"JWT_SECRET_KEY has fewer than {SHORTEST_KEY} bytes")
    return KeySet([make_secret_key(secret)], fallbacks)
