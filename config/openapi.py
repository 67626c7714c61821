"""Placeholder."""

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """The schema of an operation."""
