"""Tables for every case of the ledger: lineage, ended uses, bursts of gifts. Rules follow in 0005."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import obolo.kit.ids
import obolo.organisations.wall

# Organisation by organisation: row-level security holds for the owner too.
FILL = """
DO $$
DECLARE o uuid;
BEGIN
    FOR o IN SELECT organisation_id FROM organisations_listing LOOP
        PERFORM set_config('obolo.organisation', o::text, true);
        UPDATE ledger_userange r SET entry_id = u.entry_id FROM ledger_use u WHERE u.id = r.use_id;
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_rules"),
        ("organisations", "0002_wall"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE ledger_backstop MINVALUE 1", "DROP SEQUENCE ledger_backstop"
        ),
        migrations.CreateModel(
            name="BatchGift",
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
                ("place", models.IntegerField()),
                ("key", models.CharField(max_length=200)),
                ("inputs_hash", models.BinaryField(max_length=32)),
                ("gift_id", models.UUIDField()),
                ("gross_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                (
                    "entry",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
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
                    models.Index(fields=["organisation", "gift_id"], name="batch_gift_by_gift")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "key"), name="one_batch_gift_per_key"
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "entry", "place"), name="one_batch_gift_per_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fee_minor__gte", 0),
                            ("fee_minor__lt", models.F("gross_minor")),
                            ("gross_minor__gt", 0),
                        ),
                        name="batch_gift_has_cents",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Lineage",
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
                ("kind", models.CharField(max_length=20)),
                ("from_lo", models.BigIntegerField()),
                ("from_hi", models.BigIntegerField()),
                ("to_lo", models.BigIntegerField()),
                ("to_hi", models.BigIntegerField()),
                ("before", models.BigIntegerField(default=0)),
                ("from_total", models.BigIntegerField()),
                ("to_total", models.BigIntegerField()),
                (
                    "entry",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                (
                    "from_line",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.line",
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
                (
                    "to_line",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.line",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "from_line", "from_lo"], name="lineage_onward"
                    ),
                    models.Index(
                        condition=models.Q(("kind__in", ("cover", "reimburse"))),
                        fields=["organisation", "to_line", "to_lo"],
                        name="lineage_standing_in",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("kind__in", ("transfer", "conversion", "returned")),
                            ("to_hi__gt", models.F("to_lo")),
                        ),
                        fields=["organisation", "to_line", "to_lo"],
                        name="lineage_back",
                    ),
                    models.Index(fields=["organisation", "entry"], name="lineage_by_entry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ("cover", "reimburse", "transfer", "conversion", "returned"),
                            )
                        ),
                        name="lineage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("before__gte", 0),
                            ("from_hi__gt", models.F("from_lo")),
                            ("from_lo__gte", 0),
                            ("from_total__gt", 0),
                            ("to_hi__gte", models.F("to_lo")),
                            ("to_lo__gte", 0),
                            ("to_total__gt", 0),
                        ),
                        name="lineage_is_a_map",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_known_kind",
        ),
        migrations.RemoveConstraint(
            model_name="mint",
            name="mint_known_source",
        ),
        migrations.RemoveConstraint(
            model_name="use",
            name="use_known",
        ),
        migrations.AddField(
            model_name="entry",
            name="details",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="leg",
            name="place",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="leg",
            name="what",
            field=models.CharField(default="", max_length=20),
        ),
        migrations.AddField(
            model_name="line",
            name="closed_by",
            field=obolo.organisations.wall.WalledKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="gone_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="userange",
            name="ended_by",
            field=obolo.organisations.wall.WalledKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.AddField(
            model_name="userange",
            name="entry",
            field=obolo.organisations.wall.WalledKey(
                null=True,
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="userange",
            name="entry",
            field=obolo.organisations.wall.WalledKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["organisation", "source_id", "turn"], name="entry_by_source"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["organisation", "turn"], name="entry_by_turn"),
        ),
        migrations.AddIndex(
            model_name="userange",
            index=models.Index(fields=["organisation", "entry"], name="use_range_by_entry"),
        ),
        migrations.AddIndex(
            model_name="userange",
            index=models.Index(
                condition=models.Q(("live", False)),
                fields=["organisation", "ended_by"],
                name="use_range_by_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "rule",
                            "owner",
                            "close",
                            "gift",
                            "gifts",
                            "addition",
                            "purchase",
                            "advance",
                            "reimburse",
                            "release",
                            "supplier_refund",
                            "refund",
                            "chargeback",
                            "void",
                            "fee",
                            "transfer",
                            "conversion",
                            "repayment",
                        ),
                    )
                ),
                name="entry_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("gone_minor__gte", 0), ("gone_minor__lte", models.F("used_minor"))
                ),
                name="gone_is_used",
            ),
        ),
        migrations.AddConstraint(
            model_name="mint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "source_kind__in",
                        ("gift", "transfer", "conversion", "returned", "iou", "fee"),
                    )
                ),
                name="mint_known_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "purchase",
                            "refund",
                            "void",
                            "transfer",
                            "conversion",
                            "cover",
                            "reimburse",
                            "fee",
                        ),
                    )
                ),
                name="use_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="userange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_by__isnull", True), ("live", True)),
                    models.Q(("ended_by__isnull", False), ("live", False)),
                    _connector="OR",
                ),
                name="ended_by_an_entry",
            ),
        ),
    ]
