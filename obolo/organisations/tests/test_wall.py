"""The wall: what it lets through, and that its own check finds every planted hole."""

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from obolo.kit.ids import new_id, token_hash
from obolo.organisations import queries
from obolo.organisations.actions import add_staff, found, issue_token
from obolo.organisations.errors import NoSuchOrganisation, SlugTaken
from obolo.organisations.models import ApiToken, Organisation, Role, User
from obolo.organisations.wall import breaches, current_id, within
from obolo.project.database import owner_dsn


def _staff(email="olga@example.org"):
    return add_staff(email=email, name="Olga", password="correct horse battery", role=Role.OPERATOR)


def test_the_wall_is_whole(db):
    assert breaches() == []


def test_another_organisation_sees_no_staff_and_may_use_the_same_email(charity, other_charity):
    _staff()
    with within(other_charity.id):
        assert User.objects.count() == 0
        assert Organisation.objects.get().name == "Pane Buono"
        _staff()
    assert User.objects.count() == 1


def test_rows_cannot_be_written_for_another_organisation(charity, other_charity):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        ApiToken.objects.create(
            organisation_id=other_charity.id, name="x", token_hash=token_hash("x")
        )


def test_without_an_organisation_every_question_is_an_error(db):
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.count()


def test_the_former_organisation_is_current_again(charity, other_charity):
    with within(other_charity.id):
        assert current_id() == other_charity.id
    assert current_id() == charity.id


def test_a_key_opens_only_its_own_organisation(charity, other_charity):
    slug, _, secret = issue_token(name="crm", role=Role.READER, slug=charity.slug).partition(".")
    assert (slug, queries.token_role(secret)) == ("acqua-viva", Role.READER)
    with within(other_charity.id):
        assert queries.token_role(secret) is None


def test_a_slug_is_taken_once_and_unknown_slugs_are_refused(charity):
    with pytest.raises(SlugTaken):
        found(slug="acqua-viva", name="Copy")
    with pytest.raises(NoSuchOrganisation):
        queries.id_by_slug("nobody")


def test_a_role_must_be_known(charity):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="x@example.org", name="x", role="king")


HOLES = {
    "platform": "CREATE TABLE hole (id int)",
    "forced": "ALTER TABLE organisations_user NO FORCE ROW LEVEL SECURITY",
    "policy": "DROP POLICY wall ON organisations_user",
    "ask for the organisation": "CREATE POLICY hole ON organisations_user USING (true)",
    "begin with the organisation": "CREATE UNIQUE INDEX hole ON organisations_user (email)",
    "leaves the organisation out": "CREATE UNIQUE INDEX hole_key ON organisations_user (id);"
    "ALTER TABLE organisations_apitoken ADD COLUMN made_by uuid REFERENCES organisations_user (id)",
    "view": "CREATE VIEW hole AS SELECT * FROM organisations_user",
    "function": "CREATE FUNCTION hole() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "too many rights": "ALTER ROLE obolo_test_app BYPASSRLS",
    "owned": "ALTER TABLE organisations_user OWNER TO obolo_test_app",
}


@pytest.mark.parametrize(("fault", "hole"), HOLES.items())
def test_every_planted_hole_is_found(db, fault, hole):
    """The check itself runs in the owner's transaction, which is rolled back."""
    from obolo.organisations import wall

    with psycopg.connect(owner_dsn()) as owner:
        owner.execute(hole)
        name = owner.info.dbname
        values = {
            "platform": list(wall.PLATFORM_TABLES),
            "roles": [f"{name}_app", f"{name}_ingest"],
            "ingest": f"{name}_ingest",
        }
        rows = [
            (n, why) for why, q in wall._CHECKS.items() for n in owner.execute(q, values).fetchall()
        ]
        owner.rollback()
    assert any(fault in why for _, why in rows)


def test_the_owner_is_not_an_application_role(db, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_ids_tell_their_version():
    assert new_id().version == 7
