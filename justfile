# Recipes for developers: `uv run --dev just check` before each commit. `uv run --dev just` lists them.

export DEBUG := "true"

_list:
    @just --list

# Install what development needs.
install:
    uv sync --dev

# Style, types, imports and Django's own checks: less than a minute.
check: install
    uv run --dev ruff check .
    uv run --dev ruff format --check .
    uv run --dev mypy
    uv run --dev lint-imports
    uv run manage.py check --fail-level WARNING
    uv run manage.py makemigrations --check --dry-run

# The tests of the product, then those of this project's own entities, then those of providers.
test *ARGUMENTS:
    uv run --dev pytest {{ARGUMENTS}}
    uv run --dev pytest entities/tests
    uv run --dev pytest tests/packaged
    uv run --dev pytest tests/plugins

# Everything that must pass, as on CI: both databases, browsers, races and proofs.
full:
    .ci/run

# Write .env.example from the table of docs/settings.md.
example:
    uv run --dev python -m tools.env_example

# Draw docs/packages.svg from the imports.
draw:
    uv run --dev python -m tools.draw_packages

# Build the site of the documents in site/. Every link is checked.
docs:
    uv run --group docs mkdocs build --strict
