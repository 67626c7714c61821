"""Sign-up, verified e-mail addresses, forgotten passwords and one's own account."""
