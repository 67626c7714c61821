"""The cursor of compiled statements, which the server prepares."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor, Error, OperationalError
from psycopg.adapt import Loader
from psycopg.errors import DuplicatePreparedStatement, FeatureNotSupported, InvalidSqlStatementName
from psycopg.pq import Format, TransactionStatus
from psycopg.types.net import InetBinaryLoader


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


class StatementCursor(Cursor[Any]):
    """Asks for values in binary form, which psycopg reads four times as fast as Django's text.

    The server prepares a statement that runs often (see `prepare_threshold`), unless `prepare` is
    False.
    """

    prepare: bool | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adapters.register_loader("jsonb", JSONText)
        self.adapters.register_loader("inet", AddressText)

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Run the statement.

        If the server cannot use a prepared one any more, forget all and run it once more.

        A prepared statement is outdated when a migration has changed the type of a column that it
        returns, and gone where a connection pooler has changed the server's session. Raises
        OperationalError for that inside a transaction, which PostgreSQL has aborted by then.
        """
        options = {"binary": True, "prepare": self.prepare, **kwargs}
        try:
            return super().execute(*args, **options)
        except (FeatureNotSupported, InvalidSqlStatementName, DuplicatePreparedStatement) as error:
            if not _is_outdated(error):
                raise
            # psycopg has no public name for it, and never does it by itself on these errors.
            self.connection._prepared.clear()  # noqa: SLF001
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise OperationalError(
                    "a prepared statement is outdated; run the transaction again"
                ) from error
        return super().execute(*args, **options)


def _is_outdated(error: Error) -> bool:
    """Whether the prepared statement is at fault.

    PostgreSQL has no error code of its own for a changed result.
    """
    unsupported = isinstance(error, FeatureNotSupported)
    return not unsupported or error.diag.source_function == "RevalidateCachedQuery"
