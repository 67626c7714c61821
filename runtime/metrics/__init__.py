"""Numbers of the workers for Prometheus, kept in memory that they share (docs/operations.md)."""
