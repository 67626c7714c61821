"""Placeholder."""

from rest_framework.permissions import AllowAny


class OpenService(AllowAny):
    """Everyone may do everything."""
