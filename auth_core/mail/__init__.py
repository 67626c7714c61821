"""Mails of plugins: their settings, their templates, and the thread that sends them."""
