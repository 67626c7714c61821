"""The address of a client, as plugins import it. api_http counts requests by it as well."""

from api_http.client_address import (
    Address,
    find_address,
    group_address,
    is_from_trusted_proxy,
    parse_address,
)

__all__ = ["Address", "find_address", "group_address", "is_from_trusted_proxy", "parse_address"]
