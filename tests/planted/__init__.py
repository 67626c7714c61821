"""Faults that test_auth_audit.py plants: each is what somebody might configure or write."""
