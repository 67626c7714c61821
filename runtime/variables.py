"""Environment variables as the fields of a dataclass: declared once, read, parsed and checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from environs import Env, EnvValidationError

Values = TypeVar("Values")
_KEY = "variable"
# Characters of a wrong value that a message shows.
_MOST_SHOWN = 200


@dataclass(frozen=True)
class Variable:
    """How one variable is read. See variable()."""

    name: str
    parse: Callable[..., Any]
    default: Any
    required: Any
    empty_counts: bool
    secret: bool
    limits: Mapping[str, Any]

    def read(self, environment: Env, above: SimpleNamespace) -> Any:
        """Return the value. A fault is kept in `environment`, and the value is then `None`."""
        text = os.environ.get(self.name)
        counts = text is not None and (self.empty_counts or bool(text.strip()))
        if not counts and not _resolve(self.required, above):
            # A copy, because a list or dict may be changed by its user.
            return deepcopy(_resolve(self.default, above))
        limits = {name: _resolve(limit, above) for name, limit in self.limits.items()}
        return environment.parsed(self.name, "", parse=self.parse, **limits)

    def describe_fault(self, remedy: str) -> str:
        return f"  {self.name} {self._describe_value()}; it may hold {remedy}."

    def _describe_value(self) -> str:
        value = os.environ.get(self.name)
        if value is None:
            return "is not set"
        if not value:
            return "is empty"
        if self.secret:
            return "holds a value that cannot be used"
        return f"is {value[:_MOST_SHOWN]!r}"


def variable(
    name: str,
    parse: Callable[..., Any],
    default: Any = "",
    *,
    required: Any = False,
    empty_counts: bool = False,
    secret: bool = False,
    **limits: Any,
) -> Any:
    """Declare a field of a dataclass whose value is an environment variable.

    `parse(text, **limits)` returns the value, or raises ValidationError with the values that are
    allowed. `default` is the value where the variable is absent or blank, unless it is `required`
    or `empty_counts`. No message and no repr shows the value of a `secret`.

    `default`, `required` and the limits may be functions of the values above, by field name.
    """
    declared = Variable(name, parse, default, required, empty_counts, secret, limits)
    return field(repr=not secret, metadata={_KEY: declared})


@dataclass(frozen=True)
class Others:
    """Variables that others declare. `declare` returns them, from the values above."""

    declare: Callable[[Any], list[Variable]]

    def read(self, environment: Env, above: SimpleNamespace) -> dict[str, Any]:
        return {each.name: each.read(environment, above) for each in self.declare(above)}


def other_variables(declare: Callable[[Any], list[Variable]]) -> Any:
    """Declare a field of a dataclass that holds the values of further variables by name.

    `declare` is a function of the values above.
    """
    return field(repr=False, metadata={_KEY: Others(declare)})


def list_variables(kind: type[Any]) -> list[Variable]:
    """Return the variables of a dataclass in the order of its fields."""
    declared = (each.metadata[_KEY] for each in fields(kind))
    return [each for each in declared if isinstance(each, Variable)]


def read_variables(kind: type[Values], **given: Any) -> Values:
    """Return an instance of a dataclass with the values of the environment.

    `given` are further values for the functions of variable(). Any wrong value ends the process
    with one message for all of them: a SystemExit, because `manage.py` and a server process turn
    that into the message alone, without a stack trace.
    """
    environment = Env(eager=False)
    environment.add_parser("parsed", lambda text, parse, **limits: parse(text, **limits))
    above = SimpleNamespace(**given)
    values = {}
    for each in fields(kind):  # type: ignore[arg-type]  # (the caller passes a dataclass)
        values[each.name] = each.metadata[_KEY].read(environment, above)
        setattr(above, each.name, values[each.name])
    try:
        environment.seal()
    except EnvValidationError as error:
        raise SystemExit(_describe_faults(kind, above, error)) from None
    return kind(**values)


def _describe_faults(kind: type[Any], above: SimpleNamespace, error: EnvValidationError) -> str:
    remedies = cast("dict[str, list[str]]", error.error_messages)
    groups = (each.metadata[_KEY] for each in fields(kind))
    others = [one for each in groups if isinstance(each, Others) for one in each.declare(above)]
    faults = [
        each.describe_fault(" ".join(remedies[each.name]))
        for each in (*list_variables(kind), *others)
        if each.name in remedies
    ]
    return "\n".join(("The environment cannot be used:", *faults))


def _resolve(value: Any, above: SimpleNamespace) -> Any:
    return value(above) if callable(value) else value
