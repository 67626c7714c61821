"""Developers' commands that write the code of entities. A server never imports this package."""
