"""Slows down password guessing, for each account name and client address, on every surface
alike.

A try is counted before the password is hashed, so that many at once get no more tries than one
after the other. After the last free try each further try waits, and the wait doubles. Until then
even the right password is refused, with the wait in the answer. Nothing here touches who is logged
in already.
"""
