"""Gifts at a desk, and the daily reconciliation."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import obolo.kit.clock
import obolo.kit.ids
import obolo.organisations.wall
from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """What was handed over and what was found are append-only; a run moves on."""

    dependencies = [
        ("giving", "0010_returns_wall"),
        ("organisations", "0002_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
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
                ("rail", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("since", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(default=obolo.kit.clock.now)),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(default="", max_length=300)),
                ("told_count", models.PositiveIntegerField(default=0)),
                ("waiting_count", models.PositiveIntegerField(default=0)),
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
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["organisation", "asked_at"],
                        name="open_runs",
                    ),
                    models.Index(
                        fields=["organisation", "rail", "-asked_at"], name="runs_in_order"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("by", None)),
                        fields=("organisation", "rail", "day"),
                        name="one_daily_run",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("missed", "Paid there, not booked here: booked now"),
                            ("unbooked", "Paid there, and could not be booked here"),
                            ("unknown_here", "Paid there, unknown here"),
                            ("unknown_there", "Booked here, not paid there"),
                            ("other_amount", "Another amount there than here"),
                        ],
                        max_length=20,
                    ),
                ),
                ("provider_ref", models.CharField(max_length=100)),
                ("payment_id", models.UUIDField(null=True)),
                ("ours_minor", models.BigIntegerField(null=True)),
                ("theirs_minor", models.BigIntegerField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("at", models.DateTimeField(default=obolo.kit.clock.now)),
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
                (
                    "run",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="giving.run",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeskGift",
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
                ("key", models.CharField(max_length=150)),
                ("told", models.BinaryField()),
                (
                    "method",
                    models.CharField(
                        choices=[("cash", "Cash"), ("cheque", "Cheque")], max_length=10
                    ),
                ),
                ("received_on", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("person_id", models.UUIDField()),
                ("gift_id", models.UUIDField()),
                ("note", models.CharField(default="", max_length=300)),
                ("by", models.UUIDField(null=True)),
                ("at", models.DateTimeField(default=obolo.kit.clock.now)),
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
                (
                    "payment",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="giving.payment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "person_id", "received_on"],
                        name="desk_gifts_of_person",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "key"), name="one_desk_gift")
                ],
            },
        ),
        RaiseWall("DeskGift", append_only=True),
        RaiseWall(
            "Run",
            updatable=("begun_at", "ended_at", "trouble", "told_count", "waiting_count"),
        ),
        RaiseWall("Finding", append_only=True),
    ]
