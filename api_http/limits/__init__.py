"""How often an address, a session or a caller may ask (docs/limits.md)."""
