"""The driver's errors as StoreError, each with what to do about it."""

import asyncpg

from app.store.errors import Raced, StoreError

DRIVER = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""All that the driver raises."""

RACES = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Two transactions were in conflict; one was rolled back, and may run again."""

UNWRITABLE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)
"""No store of this kind can keep such a value."""


_ADVICE: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    (
        (asyncpg.DiskFullError,),
        "full",
        "has no room on its disk: make room, nothing acknowledged is lost",
    ),
    (
        (asyncpg.ReadOnlySQLTransactionError,),
        "read_only",
        "takes no writes: it is a standby, or set to read-only",
    ),
    (
        (asyncpg.TooManyConnectionsError,),
        "busy",
        "has no connection left: raise max_connections, or put a pooler in between",
    ),
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidPasswordError),
        "failed",
        "refuses the user or the password: check PLAYRELAY_DATABASE_URL",
    ),
    (
        (asyncpg.InvalidCatalogNameError,),
        "failed",
        "has no such database: create it, or check PLAYRELAY_DATABASE_URL",
    ),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "read_only",
        "does not let the relay's user do that: grant it CREATE on the database",
    ),
    (
        (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.InvalidSchemaNameError),
        "schema",
        "lacks a table of the relay's: run playrelay migrate, or restore a backup",
    ),
    (
        (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError),
        "corrupt",
        "is damaged: restore a backup",
    ),
    (
        (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError),
        "locked",
        "kept a statement waiting for too long: look for long transactions",
    ),
    (
        (
            asyncpg.CannotConnectNowError,
            asyncpg.AdminShutdownError,
            asyncpg.CrashShutdownError,
            asyncpg.PostgresConnectionError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
            TimeoutError,
        ),
        "unreachable",
        "can't be reached: see that it runs, and check PLAYRELAY_DATABASE_URL",
    ),
)


def store_error(error: BaseException, shown: str) -> StoreError:
    """Name the fault and its remedy in one line. `shown`: the address without its password."""
    said = (str(error).splitlines() or [""])[0]
    for kinds, fault, advice in _ADVICE:
        if isinstance(error, kinds):
            return StoreError(f"the store {shown} {advice}{f' ({said})' if said else ''}", fault)
    return StoreError(f"the store {shown} failed: {said or type(error).__name__}", "failed")


def is_store_fault(error: Exception) -> bool:
    """Whether the store is at fault, and not what was to be written."""
    return isinstance(error, (*DRIVER, Raced, StoreError)) and not isinstance(error, UNWRITABLE)
