"""Logins without a password: by a link or a code in a mail."""
