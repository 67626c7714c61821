"""Reading accounts of another system from a file: CSV with a header line, or one JSON object a
line.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.provisioning import grant_role
from api_http.faults import UNSTORABLE

TEXTS = ("username", "email", "password_hash", "first_name", "last_name")
COLUMNS = frozenset({*TEXTS, "roles", "is_active"})
# Plain bcrypt, as Node, PHP, Ruby and Amplication's services keep it: version, work factor, salt
# and checksum.
_BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
# The PHC string of argon2, as most libraries keep it.
_ARGON2 = re.compile(r"\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[^$]+\$[^$]+")
# A wrong password costs what the stored hash asks for. Above these, one login would take minutes or
# all memory.
MOST_BCRYPT_ROUNDS = 16
MOST_ITERATIONS = 10_000_000
MOST_ARGON2_KIB = 1_048_576
# Memory in KiB times passes over it.
MOST_ARGON2_WORK = 4_194_304
# OpenSSL refuses more, so Django would take every password for a wrong one.
MOST_SCRYPT_BYTES = 32 * 1_048_576
# The product of N, r and p (RFC 7914, section 2).
MOST_SCRYPT_WORK = 16_777_216
# Characters, as the column of Django's users has it.
LONGEST_HASH = 128
_SWITCHES = {
    "true": True,
    "1": True,
    "yes": True,
    "": True,
    "false": False,
    "0": False,
    "no": False,
}


class FaultyLineError(Exception):
    """A line that cannot be imported.

    The text holds the line's number and the reason, and no hash.
    """

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"Line {number}: {reason}")


@dataclass(frozen=True)
class Account:
    """One line of the file."""

    number: int
    fields: dict[str, Any]
    roles: list[str]


def read_accounts(path: Path) -> Iterator[Account]:
    """Yield the accounts of the file, `.csv` or `.jsonl`.

    Raises FaultyLineError, OSError and UnicodeError.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _read_csv(file) if path.suffix.lower() == ".csv" else _read_json(file)
        for number, values in lines:
            yield _read_account(number, values)


def _read_csv(file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(file, strict=True)
    try:
        if len(set(reader.fieldnames or ())) < len(reader.fieldnames or ()):
            raise FaultyLineError(reader.line_num, "It names a column twice.")
        for values in reader:
            if None in values or None in values.values():
                raise FaultyLineError(
                    reader.line_num, "It has more or fewer columns than the first line."
                )
            yield reader.line_num, values
    except csv.Error as error:
        raise FaultyLineError(reader.line_num, f"It is no CSV: {error}.") from None


def _read_json(file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            raise FaultyLineError(number, "It is no JSON.") from None
        if not isinstance(values, dict):
            raise FaultyLineError(number, "It is no JSON object.")
        yield number, values


def _read_account(number: int, values: dict[str, Any]) -> Account:
    if unknown := sorted(set(values) - COLUMNS):
        raise FaultyLineError(
            number, f"Unknown columns: {', '.join(unknown)}. Known: {', '.join(sorted(COLUMNS))}."
        )
    for name in TEXTS:
        if not isinstance(values.get(name) or "", str):
            raise FaultyLineError(number, f"{name} must be a text.")
        if UNSTORABLE.search(values.get(name) or ""):
            raise FaultyLineError(number, f"{name} holds a character that cannot be stored.")
    try:
        fields: dict[str, Any] = {
            "username": User.normalize_username(values.get("username") or ""),
            "password": read_hash(values.get("password_hash") or ""),
            "is_active": _read_switch(values.get("is_active")),
        }
        fields |= {name: values.get(name) or None for name in ("email", "first_name", "last_name")}
        return Account(number, fields, _read_roles(values.get("roles") or ""))
    except ValueError as error:
        raise FaultyLineError(number, str(error)) from None


def read_hash(text: str) -> str:
    """Return the hash as Django keeps it; for an empty text a hash that no password matches.

    Raises ValueError for an unknown hash.

    Known are Django's own hashes of an algorithm in PASSWORD_HASHERS, plain bcrypt (`$2a$`, `$2b$`,
    `$2y$`) and the PHC string of argon2.
    """
    text = text.strip()
    if not text:
        return make_password(None)
    if _BCRYPT.fullmatch(text):
        encoded = f"bcrypt${text}"
    elif _ARGON2.fullmatch(text):
        encoded = f"argon2{text}"
    else:
        encoded = text
    try:
        facts = identify_hasher(encoded).decode(encoded)
    except Exception:  # noqa: BLE001 (hashers raise various errors, with parts of the hash in their texts)
        raise ValueError("password_hash is in no form that PASSWORD_HASHERS can read.") from None
    if any(isinstance(fact, int) and fact < 1 for fact in facts.values()):
        raise ValueError("password_hash has a cost below 1.")
    if _is_expensive(facts):
        raise ValueError("password_hash would take too long or too much memory to check.")
    if len(encoded) > LONGEST_HASH:
        raise ValueError("password_hash is too long.")
    return encoded


def _is_expensive(facts: dict[str, Any]) -> bool:
    """Whether checking a password would cost too much, by the parameters in its hash."""
    if "iterations" in facts:
        return bool(facts["iterations"] > MOST_ITERATIONS)
    if "memory_cost" in facts:
        memory = facts["memory_cost"]
        return bool(memory > MOST_ARGON2_KIB or memory * facts["time_cost"] > MOST_ARGON2_WORK)
    if "block_size" in facts:
        rounds, size, lanes = facts["work_factor"], facts["block_size"], facts["parallelism"]
        # As OpenSSL counts it.
        memory = 128 * size * (rounds + 2 + lanes)
        return bool(memory > MOST_SCRYPT_BYTES or rounds * size * lanes > MOST_SCRYPT_WORK)
    return bool(facts.get("work_factor", 0) > MOST_BCRYPT_ROUNDS)


def _read_switch(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return value is not False
    known = _SWITCHES.get(str(value).strip().lower())
    if known is None:
        raise ValueError("is_active must be true or false.")
    return known


def _read_roles(value: object) -> list[str]:
    names = value.split(";") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("roles must be names with ; between them.")
    roles = [name.strip() for name in names if name.strip()]
    if unknown := sorted(set(roles) - set(settings.ROLES)):
        raise ValueError(
            f"Unknown roles: {', '.join(unknown)}. Known: {', '.join(settings.ROLES)}."
        )
    return roles


def add_account(account: Account) -> None:
    """Store the account.

    Raises FaultyLineError for a name that is taken or a value that the user model refuses.
    """
    user = User(**account.fields)
    try:
        user.full_clean(exclude={"password"})
    except ValidationError as error:
        faults = [f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items()]
        raise FaultyLineError(account.number, " ".join(faults)) from None
    user.save(force_insert=True)
    for role in account.roles:
        grant_role(user, role)
