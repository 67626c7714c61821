"""Names on the wire: `first_name` becomes `firstName`, while `address_1` keeps its underscore."""

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def camel_case(name: str) -> str:
    return re.sub(r"(?<=[^_])_([a-z])", lambda match: match[1].upper(), name)


def name_action(action: str, name: str, plural_name: str, *, many: bool) -> str:
    """Return the name of an entity's own action in GraphQL and OpenAPI, such as `shipOrder`."""
    return camel_case(action) + (plural_name if many else name)
