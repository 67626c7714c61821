"""V11.4: the hash functions, those of passwords above all."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import get_hasher, get_hashers

from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.world import World

DISALLOWED = ("md5", "unsalted_md5", "unsalted_sha1", "sha1", "crypt")
# OWASP's Password Storage Cheat Sheet. Of argon2id, KiB of memory by the number of passes; of
# scrypt, r = 8.
ARGON2 = {1: 47_104, 2: 19_456, 3: 12_288, 4: 9_216, 5: 7_168}
PBKDF2 = {"pbkdf2_sha256": 600_000, "pbkdf2_sha1": 1_300_000}
SCRYPT = 2**17
BCRYPT = 10


@requirement("11.4.1")
def only_approved_hashes_are_used(world: World) -> str:
    names = [str(hasher.algorithm) for hasher in get_hashers()]
    disallowed = [name for name in names if name in DISALLOWED]
    require(not disallowed, f"PASSWORD_HASHERS holds {', '.join(disallowed)}")
    return f"passwords: {', '.join(names)}; signatures and digests of our own: SHA-256"


@requirement("11.4.2")
def passwords_are_hashed_expensively(world: World) -> str:
    hasher: Any = get_hasher("default")
    facts = hasher.decode(hasher.encode("throwaway", hasher.salt()))
    known = {
        name: facts[name]
        for name in ("memory_cost", "time_cost", "iterations", "work_factor")
        if name in facts
    }
    parameters = ", ".join(f"{name}={value}" for name, value in known.items())
    text = f"{hasher.algorithm} {parameters}".strip()
    require(_is_expensive(hasher.algorithm, facts), f"too cheap to hash passwords with: {text}")
    return text


def _is_expensive(algorithm: str, facts: dict[str, Any]) -> bool:
    match algorithm:
        case "argon2":
            passes = min(facts["time_cost"], max(ARGON2))
            return bool(facts["variety"] == "argon2id" and facts["memory_cost"] >= ARGON2[passes])
        case "scrypt":
            return bool(facts["work_factor"] >= SCRYPT and facts["block_size"] >= 8)
        case "bcrypt_sha256":
            return int(facts["work_factor"]) >= BCRYPT
    return bool(facts.get("iterations", 0) >= PBKDF2.get(algorithm, float("inf")))
