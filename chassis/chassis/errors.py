"""Three kinds of errors: permanent ones of a message, transient ones, and those that need a human."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError

TRANSIENT_SQLSTATE_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
"""Connection, rollback (deadlock, serialization), resources, object in use, operator intervention, system error."""
READ_ONLY_TRANSACTION = "25006"
"""A failover made this server a standby."""
IDLE_IN_TRANSACTION_TIMEOUT = "25P03"


class UnprocessableMessage(Exception):  # noqa: N818 - a verdict on a message, and reads as one where it is raised
    """A message that can never take effect: it is dead-lettered. `code` is stable, `reason` is for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class CannotStartError(Exception):
    """The service cannot start; the text is one sentence that says what to change."""


class DatabaseUnavailableError(Exception):
    """The database gives this service no connection. Nothing was tried yet, so no message or timer is to blame."""


class PositionMovedError(Exception):
    """A consumer does not stand where its database says: the batch is rolled back, and placed and polled again."""


class HandlerBrokenError(Exception):
    """A handler fails on everything, or is wired wrongly; the service stops instead of dead-lettering a whole topic."""


class PartEndedError(Exception):
    """A part of the service has ended that was to work as long as the service does; the text repeats no data."""


_ALWAYS_TRANSIENT = (
    DatabaseUnavailableError,
    PositionMovedError,
    OSError,
    TimeoutError,
    MemoryError,
    KafkaError,
    asyncpg.InternalClientError,
)


def is_order_to_end(error: BaseException) -> bool:
    """Whether an error tells this task to end, instead of telling that something has failed.

    Many failures are no `Exception`: Rust code that panics raises a `BaseException`, and a cancellation that nobody
    asked of this task comes from whatever it awaited.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or task.cancelling() > 0
    return isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit)


def is_overload(error: BaseException) -> bool:
    """Whether a statement or a lock took too long: less work at once may succeed."""
    return isinstance(error, asyncpg.QueryCanceledError | asyncpg.LockNotAvailableError)


def is_transient(error: BaseException) -> bool:
    """Whether a retry can succeed with nothing changed: the database or the broker is away or busy."""
    match error:
        case asyncpg.InvalidCachedStatementError():
            return True  # a migration changed a table under a prepared statement; asyncpg prepares it anew next time
        case asyncpg.PostgresError():
            state = error.sqlstate or ""
            return state[:2] in TRANSIENT_SQLSTATE_CLASSES or state in {
                READ_ONLY_TRANSACTION,
                IDLE_IN_TRANSACTION_TIMEOUT,
            }
        case asyncpg.InterfaceError():
            # asyncpg has one class for a lost connection and for wrong use of its API; only the first is transient.
            # The text about an address that it cannot read quotes any word of it.
            return "clos" in str(error) and not isinstance(error, asyncpg.ClientConfigurationError)
        case FileNotFoundError() | PermissionError() | FileExistsError():
            return error.filename is None  # a socket that is away has no file name, a file has
        case _:
            return isinstance(error, _ALWAYS_TRANSIENT)


def is_refusal(error: BaseException) -> bool:
    """Whether PostgreSQL has refused what it was asked, so that nothing of it holds.

    While it shuts down, or loses a connection, it may answer a COMMIT by an error although the commit holds.
    """
    ambiguous = asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError
    return isinstance(error, asyncpg.PostgresError) and not isinstance(error, ambiguous)


def describe(error: BaseException) -> str:
    """Name an error without its message, which may repeat the data it is about."""
    state = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} ({state})" if state else type(error).__name__


def places_of(error: BaseException) -> str:
    """Name the places an error passed and its kind, for a log line: `handlers.py:31 register_claims > KeyError`."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return " > ".join([*places, describe(error)])
