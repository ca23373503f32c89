"""Receipts that are voided and replaced; who issues them and to which name."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import obolo.kit.clock
import obolo.kit.ids
import obolo.organisations.wall


class Migration(migrations.Migration):
    """What a receipt says is kept with it; its end and what takes its place are rows."""

    dependencies = [
        ("giving", "0003_pages"),
        ("organisations", "0002_wall"),
        ("people", "0002_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="Issuer",
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
                ("name", models.CharField(default="", max_length=200)),
                ("address", models.CharField(default="", max_length=300)),
                ("tax_code", models.CharField(default="", max_length=20)),
                (
                    "body_type",
                    models.CharField(
                        choices=[
                            ("", "Not said yet"),
                            ("odv", "Voluntary organisation in the RUNTS"),
                            ("ets", "Other non-commercial third-sector body in the RUNTS"),
                            ("other", "Not in the RUNTS"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("runts_section", models.CharField(default="", max_length=200)),
                ("contact", models.CharField(default="", max_length=200)),
                ("signed_by", models.CharField(default="", max_length=100)),
                ("at", models.DateTimeField(default=obolo.kit.clock.now)),
                ("by", models.UUIDField(null=True)),
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
                    models.Index(fields=["organisation", "-at", "-id"], name="newest_issuer")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptName",
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
                ("name", models.CharField(max_length=100)),
                ("tax_code", models.CharField(default="", max_length=16)),
                ("at", models.DateTimeField(default=obolo.kit.clock.now)),
                ("by", models.UUIDField(null=True)),
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
                    "person",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "person", "-at", "-id"], name="newest_receipt_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptVoid",
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
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=obolo.kit.clock.now)),
                ("by", models.UUIDField(null=True)),
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
                    "receipt",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voids",
                        to="giving.receipt",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "receipt"), name="one_void"),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="void_has_a_reason"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="receipt",
            name="one_receipt",
        ),
        migrations.AddField(
            model_name="receipt",
            name="by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="receipt",
            name="reason",
            field=models.CharField(default="", max_length=200),
        ),
        migrations.AddField(
            model_name="receipt",
            name="key",
            field=models.CharField(max_length=200, null=True),
        ),
        migrations.AddField(
            model_name="receipt",
            name="printed",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="receipt",
            name="replaces",
            field=obolo.organisations.wall.WalledKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="giving.receipt",
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["organisation", "gift"], name="receipts_of_gift"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces", None)),
                fields=("organisation", "gift"),
                name="one_first_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("organisation", "replaces"), name="replaced_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("organisation", "key"), name="one_reissue"),
        ),
    ]
