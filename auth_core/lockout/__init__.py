"""Slowing down who guesses passwords: per account name and per client address, on every surface alike.

A try is counted before the password is hashed, so that many at once get no more tries than one after the other. From
the last free try on, each further one is possible only after a delay that doubles; until then even the right password
is refused, with the wait. Nothing here touches who is logged in already.
"""
