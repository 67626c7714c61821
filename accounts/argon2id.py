"""Argon2id (RFC 9106) computed by the thread that asks for it, however many lanes the parameters
name.

argon2-cffi starts a thread for each lane, eight with Django's parameters; on a small machine they
leave the threads that answer requests no time. The hash is the same for any number of threads.
"""

from __future__ import annotations

from argon2 import Parameters
from argon2.exceptions import HashingError
from argon2.low_level import core, error_to_str, ffi


def derive_hash(password: bytes, salt: bytes, parameters: Parameters) -> bytes:
    """Return the raw hash. The copy of the password that it is made from is overwritten."""
    # The context points to these buffers, so the names must live as long as it.
    out, secret, seasoning = bytearray(parameters.hash_len), bytearray(password), bytearray(salt)
    context = ffi.new("argon2_context *")
    context.out, context.outlen = ffi.from_buffer("uint8_t[]", out), len(out)
    context.pwd, context.pwdlen = ffi.from_buffer("uint8_t[]", secret), len(secret)
    context.salt, context.saltlen = ffi.from_buffer("uint8_t[]", seasoning), len(seasoning)
    context.t_cost, context.m_cost, context.version = (
        parameters.time_cost,
        parameters.memory_cost,
        parameters.version,
    )
    context.lanes, context.threads = parameters.parallelism, 1
    try:
        error = core(context, parameters.type.value)
    finally:
        secret[:] = bytes(len(secret))
    if error:
        raise HashingError(error_to_str(error))
    return bytes(out)
