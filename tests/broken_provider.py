"""A provider's module that fails when it is imported."""

raise ZeroDivisionError("division by zero")
