"""An app with types on all of the public names. tests/test_wheel.py checks it with mypy."""
