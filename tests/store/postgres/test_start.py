"""Any number of processes can open the store at once, but not on an unfit server."""

import asyncio
import os
import sys

import asyncpg
import pytest

from app.store.errors import StoreError
from app.store.postgres.address import address_of, schema_of
from app.store.postgres.database import open_postgres
from tests.store.postgres.ask import ask
from tests.store.setting import NOW, arrive, policy


async def failure(url: str, account: str = "") -> StoreError:
    """The one-line error of the start."""
    with pytest.raises(StoreError) as caught:
        await open_postgres(url, policy(), account=account)
    assert "\n" not in str(caught.value)
    return caught.value


async def execute(url: str, *statements: str) -> None:
    """Change the database beside the relay."""
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def test_processes_may_start_at_once(url: str) -> None:
    """The schema is made by one of them, and the others find it."""
    environment = os.environ | {
        "PLAYRELAY_DATABASE_URL": url,
        "PLAYRELAY_HUBSPOT_ACCESS_TOKEN": "token",
        "PLAYRELAY_ALLOWED_ORIGINS": "https://www.example.com",
    }
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "migrate", env=environment, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0], said
    store = await open_postgres(url, policy())
    await arrive(store)
    await store.close()


async def test_stores_may_be_opened_at_once_and_again(url: str) -> None:
    """However many find no schema at the same time, it is made once, for later ones too."""
    stores = await asyncio.gather(*(open_postgres(url, policy()) for _ in range(8)))
    stores.append(await open_postgres(url, policy()))
    for store in stores:
        await arrive(store)
    assert (await stores[0].admin.depths(0)).inbox == len(stores)
    for store in stores:
        await store.close()


async def test_accounts_are_schemas(url: str) -> None:
    """Accounts don't see each other's data; the database's other schemas are left alone."""
    await execute(url, "CREATE TABLE public.inbox (mine text)")
    one = await open_postgres(url, policy(), account="shop-1")
    two = await open_postgres(url, policy(), account="shop_1")
    await arrive(one)
    assert ((await one.admin.depths(0)).inbox, (await two.admin.depths(0)).inbox) == (1, 0)
    for store in (one, two):
        await store.close()
    found = await asyncio.to_thread(
        ask, url, "SELECT schema_name FROM information_schema.schemata ORDER BY 1"
    )
    assert {("playrelay-shop-1",), ("playrelay-shop_1",)} <= set(found)
    assert ("playrelay",) not in found


@pytest.mark.parametrize("account", ["Shop", 'a"b', "a" * 54, "ä", "a b"])
def test_an_account_that_can_not_be_a_schema(account: str) -> None:
    """A name that would have to be twisted is refused, not twisted."""
    with pytest.raises(StoreError, match="can't name an account"):
        schema_of(account)


async def test_a_schema_from_the_future(url: str) -> None:
    """A store that a newer version has migrated is not touched, and the remedy is named."""
    await (await open_postgres(url, policy())).close()
    await execute(url, "UPDATE playrelay.alembic_version SET version_num = '9999'")
    error = await failure(url)
    assert error.fault == "schema"
    assert "newer playrelay" in str(error)


async def test_a_schema_of_another_program(url: str) -> None:
    """A schema that has tables already, and none of the relay's, is left alone."""
    await execute(url, "CREATE SCHEMA playrelay; CREATE TABLE playrelay.orders (id int)")
    error = await failure(url)
    assert error.fault == "schema"
    assert "has tables of another program" in str(error)
    found = await asyncio.to_thread(
        ask, url, "SELECT tablename FROM pg_tables WHERE schemaname = 'playrelay'"
    )
    assert found == [("orders",)]


async def test_a_server_that_confirms_too_early(url: str) -> None:
    """A server that answers before anything is on disk can't keep what the relay promises."""
    name = url.rpartition("/")[2]
    await execute(url, f"ALTER DATABASE {name} SET synchronous_commit = off")
    assert "synchronous_commit = on" in str(await failure(url))


async def test_a_database_for_few_languages(url: str) -> None:
    """A database that can't store all characters is refused, with a request for another one."""
    name = f"{url.rpartition('/')[2]}_latin"
    how = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    await execute(url, f"CREATE DATABASE {name} {how}")
    assert "keeps text in LATIN1" in str(await failure(f"{url}_latin"))
    await execute(url, f"DROP DATABASE {name}")


async def test_no_such_database(url: str) -> None:
    """It is not made: a wrong address should not go unnoticed."""
    assert "no such database" in str(await failure(f"{url}_not"))


async def test_a_user_who_may_not(url: str) -> None:
    """A role that can't make its schema hears what to grant."""
    role = f"role_{url.rpartition('_')[2]}"
    await execute(url, f"CREATE ROLE {role} LOGIN")
    error = await failure(url.replace("postgres@", f"{role}@"))
    assert error.fault == "read_only"
    assert "grant it CREATE" in str(error)


async def test_no_connection_left_for_pings(url: str) -> None:
    """The check fails as busy without a connection for pings, although the pool has one."""
    role = f"role_{url.rpartition('_')[2]}_1"
    name = url.rpartition("/")[2]
    await execute(url, f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    await execute(url, f"ALTER DATABASE {name} OWNER TO {role}")
    store = await open_postgres(url.replace("postgres@", f"{role}@"), policy())
    with pytest.raises(StoreError) as caught:
        await store.inbox.check_writable(NOW)
    assert caught.value.fault == "busy"
    await execute(url, f"ALTER ROLE {role} CONNECTION LIMIT 2")
    await store.inbox.check_writable(NOW)
    await store.close()


async def test_nobody_answers() -> None:
    """A server that is not there is unreachable, and its password stays unsaid."""
    error = await failure("postgresql://relay:secret-word@127.0.0.1:1/relay")
    assert error.fault == "unreachable"
    assert "secret-word" not in str(error)


@pytest.mark.parametrize(
    ("url", "dsn", "shown", "pooled"),
    [
        ("postgres://db/r", "postgres://db/r", "postgresql://db/r", False),
        (
            "postgresql://me:p%40ss@db:5433/r?sslmode=require&pooler=true",
            "postgresql://me:p%40ss@db:5433/r?sslmode=require",
            "postgresql://me@db:5433/r",
            True,
        ),
        ("postgresql://db/r?pooler=no", "postgresql://db/r", "postgresql://db/r", False),
        (
            "postgresql://a,b/r?target_session_attrs=primary",
            "postgresql://a,b/r?target_session_attrs=primary",
            "postgresql://a,b/r",
            False,
        ),
    ],
)
def test_an_address_is_read(url: str, dsn: str, shown: str, *, pooled: bool) -> None:
    """Our own parameter is taken out, the password never shown."""
    address = address_of(url)
    assert (address.dsn, address.shown, address.pooled) == (dsn, shown, pooled)
    assert "p%40ss" not in repr(address)
