"""The wall: no row of one organisation is seen or changed from within another.

PostgreSQL holds it, not our queries: `organisation_id` is filled from the transaction's setting,
forced row-level security compares it, keys and uniques begin with it, and the application's role
can switch none of that off. Queries never mention the organisation and so cannot forget it.

`RaiseWall` is the migration operation that builds it; `breaches()` asks the catalogue whether it
stands (it runs in the tests and at start-up).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.expressions import Func, Value
from django.db.models.functions import Cast

from obolo.organisations import bell

SETTING = "obolo.organisation"
_CURRENT = f"current_setting('{SETTING}')::uuid"

# Tables that belong to no organisation. Each holds no word of a donor and no cent of a gift.
PLATFORM_TABLES = frozenset(
    {
        "organisations_listing",  # slug -> id, so that a URL can find its organisation
        "django_migrations",
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
    }
)


@contextmanager
def within(organisation_id: UUID) -> Iterator[None]:
    """Work inside one organisation, in one transaction (nested: in a savepoint).

    When the block ends, what was rung is told, and the former organisation, if any, is back.
    """
    try:
        with _entered(organisation_id):
            yield
            bell.tell()
    except BaseException:
        bell.forget()
        raise


@contextmanager
def _entered(organisation_id: UUID) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting(%s, true), set_config(%s, %s, true)",
                [SETTING, SETTING, str(organisation_id)],
            )
            former = (cursor.fetchone() or [None])[0]
        yield
        if former and former != str(organisation_id):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, former])


def current_id() -> UUID:
    """The organisation of the running transaction; the database raises when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_CURRENT}")
        row = cursor.fetchone()
    assert row is not None
    return UUID(str(row[0]))


def current_organisation() -> Cast:
    """The column default that fills `organisation_id` from the transaction."""
    return Cast(Func(Value(SETTING), function="current_setting"), models.UUIDField())


class Walled(models.Model):
    """A row of one organisation. Its migration must also call `RaiseWall`."""

    organisation = models.ForeignKey(
        "organisations.Organisation",
        on_delete=models.PROTECT,
        db_default=current_organisation(),
        editable=False,
        related_name="+",
        db_index=False,  # it leads the primary key
    )

    class Meta:
        """No table of its own."""

        abstract = True


class WalledKey(models.ForeignKey[Any, Any]):
    """A reference between two walled rows: in the database it carries the organisation too.

    The plain constraint would accept another organisation's row; `RaiseWall` makes the real one.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        """Like ForeignKey, protected, without Django's own constraint."""
        options["db_constraint"] = False
        options.setdefault("related_name", "+")
        super().__init__(to, on_delete, **options)


class RaiseWall(Operation):
    """Put one model's table behind the wall.

    `append_only` takes UPDATE and DELETE from the application; `deletable` grants DELETE;
    `updatable` names the only columns that may change.
    """

    reversible = True

    def __init__(
        self,
        model: str,
        *,
        append_only: bool = False,
        deletable: bool = False,
        updatable: tuple[str, ...] = (),
    ) -> None:
        """Remember what to build."""
        self.model, self.append_only, self.deletable = model, append_only, deletable
        self.updatable = updatable

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's picture of the model does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Build the wall around the table."""
        model = to_state.apps.get_model(app_label, self.model)
        database = schema_editor.connection.settings_dict["NAME"]
        # A model without keys of its own waits for nothing; the others need their targets first.
        for statement in self._statements(model, f'"{database}_app"'):
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The table itself is dropped by the operation before this one."""

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return f"Raise the wall around {self.model}"

    def _statements(self, model: type[models.Model], role: str) -> Iterator[str]:
        table = model._meta.db_table
        yield f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_pkey" CASCADE'
        yield f'ALTER TABLE "{table}" ADD PRIMARY KEY (organisation_id, id)'
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
        yield (
            f'CREATE POLICY wall ON "{table}" USING (organisation_id = {_CURRENT})'
            f" WITH CHECK (organisation_id = {_CURRENT})"
        )
        for field in model._meta.local_fields:
            target = field.related_model
            if isinstance(field, WalledKey):
                assert isinstance(target, type)
                other = target._meta.db_table
                yield (
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_wall"'
                    f' FOREIGN KEY (organisation_id, "{field.column}")'
                    f' REFERENCES "{other}" (organisation_id, id)'
                )
        if self.append_only or self.updatable:
            yield f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}'
        if self.updatable:
            columns = ", ".join(f'"{c}"' for c in self.updatable)
            yield f'GRANT UPDATE ({columns}) ON "{table}" TO {role}'
        if self.deletable:
            yield f'GRANT DELETE ON "{table}" TO {role}'


_CHECKS = {
    "has no organisation_id and is not on the list of platform tables": """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> ALL (%(platform)s)
          AND c.relname <> 'organisations_organisation'
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attname = 'organisation_id')""",
    "lacks forced row-level security or a policy": """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> ALL (%(platform)s)
          AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity
               OR NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))""",
    "has a policy that does not ask for the organisation": """
        SELECT tablename || '.' || policyname FROM pg_policies
        WHERE schemaname = 'public' AND NOT (roles = ARRAY[%(ingest)s]::name[])
          AND (coalesce(qual, with_check) NOT LIKE '%%obolo.organisation%%'
               OR (cmd <> 'SELECT' AND coalesce(with_check, qual)
                   NOT LIKE '%%obolo.organisation%%'))""",
    "has a key or unique that does not begin with the organisation": """
        SELECT i.indexrelid::regclass::text FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE n.nspname = 'public' AND i.indisunique AND c.relname <> ALL (%(platform)s)
          AND c.relname <> 'organisations_organisation' AND a.attname <> 'organisation_id'""",
    "has a foreign key between walled tables that leaves the organisation out": """
        SELECT k.conrelid::regclass || '.' || k.conname FROM pg_constraint k
        JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace n ON n.oid = f.relnamespace
        WHERE k.contype = 'f' AND n.nspname = 'public' AND f.relname <> ALL (%(platform)s)
          AND f.relname <> 'organisations_organisation'
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = k.conrelid
                          AND a.attnum = ANY (k.conkey) AND a.attname = 'organisation_id')""",
    "is a view that runs with its owner's rights": """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
          AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true',
                                                       'security_invoker=on']""",
    "is a function that runs with its owner's rights": """
        SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.prosecdef""",
    "is an application role with too many rights": """
        SELECT rolname FROM pg_roles WHERE rolname = ANY (%(roles)s)
          AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)""",
    "is owned by an application role": """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND pg_get_userbyid(c.relowner) = ANY (%(roles)s)""",
    "is a right of membership an application role should not have": """
        SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
        WHERE r.rolname = ANY (%(roles)s)""",
}


def breaches() -> list[str]:
    """Everything in the catalogue that breaks the wall, one sentence each; empty is whole."""
    database = connection.settings_dict["NAME"]
    app, ingest = f"{database}_app", f"{database}_ingest"
    values: dict[str, Any] = {
        "platform": list(PLATFORM_TABLES),
        "roles": [app, ingest],
        "ingest": ingest,
    }
    found: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        user = (cursor.fetchone() or [""])[0]
        if user not in (app, ingest):
            found.append(f"{user} is not an application role")
        for fault, query in _CHECKS.items():
            cursor.execute(query, values)
            found += [f"{name} {fault}" for (name,) in cursor.fetchall()]
    return found
