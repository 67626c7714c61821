"""The name of the device that a session is used on, from the User-Agent of its requests."""

from __future__ import annotations

from functools import lru_cache


# The list of one user has few different programs.
@lru_cache(maxsize=256)
def name_device(agent: str) -> str:
    """Return a name such as "Firefox on Windows", or "python-requests" for a program.

    `agent` is the User-Agent (RFC 9110, section 10.1.5), which a client may choose freely. An
    unknown program is named by the first word of it, and nothing at all is an empty text.
    """
    # The patterns need a moment and some memory, and most processes show no list of sessions.
    from ua_parser import parse  # noqa: PLC0415

    found = parse(agent)
    program = found.user_agent.family if found.user_agent else agent.partition("/")[0].strip()
    system = found.os.family if found.os else ""
    return f"{program} on {system}" if program and system else program or system
