"""The results of audits; written once."""

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
        ("trace", "0006_open_terms_wall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckRun",
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
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(default=obolo.kit.clock.now)),
                ("findings", models.JSONField(default=list)),
                (
                    "asked_by",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        null=True,
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
                "indexes": [
                    models.Index(fields=["organisation", "-began_at"], name="newest_check")
                ],
            },
        ),
        RaiseWall("CheckRun", append_only=True),
    ]
