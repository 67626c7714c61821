"""Compiled statements on one connection: prepared by the server, and read in binary form.

psycopg's cursor does this too, and finds out anew for each run how parameters are written and
columns are read. That takes longer than a short statement. Here it is kept with the statement.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from itertools import count
from typing import Any

from psycopg import Cursor, Error, OperationalError
from psycopg.adapt import Loader, PyFormat, Transformer
from psycopg.errors import (
    DuplicatePreparedStatement,
    FeatureNotSupported,
    InvalidSqlStatementName,
    error_from_result,
)
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.types.net import InetBinaryLoader

Row = tuple[Any, ...]
# Statements that are kept for a connection, with those that the server has prepared for it.
MOST_STATEMENTS = 100
_MARK = re.compile("%[s%]")
_OUTDATED = (FeatureNotSupported, InvalidSqlStatementName, DuplicatePreparedStatement)


class JSONText(Loader):
    """Leaves JSON a text, which Django's field reads."""

    format = Format.BINARY

    def load(self, data: Any) -> str:
        # A version stands before the text.
        return bytes(data)[1:].decode()


class AddressText(InetBinaryLoader):
    """Gives an IP address as a text, as Django does."""

    def load(self, data: Any) -> Any:
        return str(super().load(data))


class _Known:
    """What is known of a statement: how it is written, and under which name it is prepared."""

    def __init__(self, sql: str, context: Any) -> None:
        numbers = count(1)
        marked = _MARK.sub(lambda mark: "%" if mark[0] == "%%" else f"${next(numbers)}", sql)
        self.sql = marked.encode()
        self.formats = [PyFormat.AUTO] * (next(numbers) - 1)
        self.transformer = Transformer(context)
        # By the types of the parameters.
        self.runs: dict[tuple[int, ...], int] = {}
        self.names: dict[tuple[int, ...], bytes] = {}
        self.read_as: bytes | None = None


class ConnectionStatements:
    """The compiled statements of a connection."""

    def __init__(self, connection: Any, threshold: int | None) -> None:
        """Prepare what has run `threshold` times; `None` for nothing."""
        self.connection = connection
        self._threshold = threshold
        # It knows how values are written and read.
        self.cursor: Cursor[Row] = Cursor(connection)
        self.cursor.adapters.register_loader("jsonb", JSONText)
        self.cursor.adapters.register_loader("inet", AddressText)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._numbers = count()

    def run(self, sql: str, values: Sequence[Any], *, prepare: bool | None = None) -> list[Row]:
        """Run the statement and return all of its rows.

        The server prepares a statement that has run as often as the threshold, unless `prepare` is
        False. If the server cannot use a prepared one any more, all are forgotten, and the
        statement runs once more.

        A prepared statement is outdated when a migration has changed the type of a column that it
        returns, and gone where a connection pooler has changed the server's session. Raises
        OperationalError for that inside a transaction, which PostgreSQL has aborted by then.
        """
        try:
            return self._run(sql, values, prepare=prepare)
        except _OUTDATED as error:
            if not _is_outdated(error):
                raise
            self._forget_all()
            if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
                raise OperationalError(
                    "a prepared statement is outdated; run the transaction again"
                ) from error
        return self._run(sql, values, prepare=prepare)

    def _run(self, sql: str, values: Sequence[Any], *, prepare: bool | None) -> list[Row]:
        server = self.connection.pgconn
        if server.transaction_status == TransactionStatus.IDLE and not self.connection.autocommit:
            self._begin()
        known = self._find(sql)
        form = known.transformer
        parameters = form.dump_sequence(values, known.formats)
        types = form.types or ()
        name = known.names.get(types)
        if name is None and prepare is not False:
            name = self._prepare(known, types)
        if name:
            result = server.exec_prepared(name, parameters, form.formats, Format.BINARY)
        else:
            result = server.exec_params(known.sql, parameters, types, form.formats, Format.BINARY)
        if result.status == ExecStatus.TUPLES_OK:
            # The columns of a prepared statement do not change.
            form.set_pgresult(result, set_loaders=not name or known.read_as != name)
            known.read_as = name
            return form.load_rows(0, result.ntuples, tuple)
        self._require_success(result)
        return []

    def _begin(self) -> None:
        """Begin a transaction, as psycopg does before the first statement."""
        self.cursor.execute("SELECT 1")

    def _find(self, sql: str) -> _Known:
        known = self._known.get(sql)
        if known is not None:
            self._known.move_to_end(sql)
            return known
        known = self._known[sql] = _Known(sql, self.cursor)
        if len(self._known) > MOST_STATEMENTS:
            self._forget_oldest()
        return known

    def _forget_all(self) -> None:
        while self._known:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        _, dropped = self._known.popitem(last=False)
        for name in dropped.names.values():
            # No error where the server does not have it any more.
            self.connection.pgconn.close_prepared(name)

    def _prepare(self, known: _Known, types: tuple[int, ...]) -> bytes | None:
        """Return the name under which the server has prepared the statement, if it runs often."""
        if self._threshold is None:
            return None
        runs = known.runs[types] = known.runs.get(types, 0) + 1
        if runs <= self._threshold:
            return None
        name = b"_statement_%d" % next(self._numbers)
        self._require_success(self.connection.pgconn.prepare(name, known.sql, types))
        known.names[types] = name
        return name

    def _require_success(self, result: Any) -> None:
        if result.status == ExecStatus.COMMAND_OK:
            return
        if self.connection.pgconn.status == ConnStatus.BAD:
            raise OperationalError("the connection is lost")
        raise error_from_result(result, encoding="utf-8")


def _is_outdated(error: Error) -> bool:
    """Whether the prepared statement is at fault.

    PostgreSQL has no error code of its own for a changed result.
    """
    unsupported = isinstance(error, FeatureNotSupported)
    return not unsupported or error.diag.source_function == "RevalidateCachedQuery"
