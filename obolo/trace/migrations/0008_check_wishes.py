"""Audits that staff ask for."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import obolo.kit.clock
import obolo.kit.ids
import obolo.organisations.wall
from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0002_wall"),
        ("trace", "0007_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckWish",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=obolo.kit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=obolo.kit.clock.now)),
                (
                    "asked_by",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_default=django.db.models.functions.comparison.Cast(
                            models.Func(
                                models.Value("obolo.organisation"), function="current_setting"
                            ),
                            models.UUIDField(),
                        ),
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "-asked_at"], name="newest_wish")],
            },
        ),
        RaiseWall("CheckWish", append_only=True),
    ]
