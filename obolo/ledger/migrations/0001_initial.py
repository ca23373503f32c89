"""The tables of the ledger. Their walls and rules follow in 0002 and 0003."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models

import obolo.kit.clock
import obolo.kit.ids
import obolo.organisations.wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0002_wall"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE ledger_block MINVALUE 0 MAXVALUE 2097151 NO CYCLE;"
            "CREATE SEQUENCE ledger_turn",
            "DROP SEQUENCE ledger_block; DROP SEQUENCE ledger_turn",
        ),
        migrations.CreateModel(
            name="Fund",
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
                ("name", models.CharField(max_length=200)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("restricted", "Restricted"),
                            ("unrestricted", "Unrestricted"),
                            ("overhead", "Overhead"),
                            ("reserve", "Reserve"),
                        ],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(default=obolo.kit.clock.now)),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["restricted", "unrestricted", "overhead", "reserve"])
                        ),
                        name="fund_known_purpose",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("purpose__in", ("overhead", "reserve"))),
                        fields=("organisation", "purpose"),
                        name="one_system_fund",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
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
                ("currency", models.CharField(max_length=3)),
                (
                    "base",
                    models.BigIntegerField(
                        db_default=django.db.models.expressions.CombinedExpression(
                            models.Func(models.Value("ledger_block"), function="nextval"),
                            "*",
                            models.Value(4398046511104),
                        ),
                        editable=False,
                    ),
                ),
                ("head", models.BigIntegerField(default=0)),
                ("free_from", models.BigIntegerField(default=0)),
                ("used_minor", models.BigIntegerField(default=0)),
                ("gifted_minor", models.BigIntegerField(default=0)),
                ("overhead_minor", models.BigIntegerField(default=0)),
                ("gifts_count", models.BigIntegerField(default=0)),
                (
                    "fund",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.fund",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "fund", "currency"), name="one_line_per_currency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("head__gte", 0), ("head__lte", 4398046511104)),
                        name="head_in_block",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("free_from__gte", 0),
                            ("free_from__lte", models.F("head")),
                            ("gifted_minor__gte", models.F("overhead_minor")),
                            ("gifts_count__gte", 0),
                            ("overhead_minor__gte", 0),
                            ("used_minor__gte", models.F("free_from")),
                            ("used_minor__lte", models.F("head")),
                        ),
                        name="standing_is_possible",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
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
                    "turn",
                    models.BigIntegerField(
                        db_default=models.Func(models.Value("ledger_turn"), function="nextval"),
                        editable=False,
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("source_id", models.UUIDField()),
                ("overhead_bps", models.PositiveIntegerField(default=0)),
                ("key", models.CharField(max_length=200)),
                ("inputs_hash", models.BinaryField(max_length=32)),
                ("value_date", models.DateField()),
                ("posted_at", models.DateTimeField(default=obolo.kit.clock.now)),
                ("memo", models.CharField(default="", max_length=200)),
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
                    "line",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "key"), name="one_entry_per_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["gift", "purchase"])),
                        name="entry_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leg",
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
                ("account", models.CharField(max_length=100)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
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
                (
                    "line",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.line",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "entry"], name="leg_by_entry")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), _negated=True), name="leg_not_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account__startswith", "fund:"), ("line__isnull", False)),
                            models.Q(
                                models.Q(("account__startswith", "fund:"), _negated=True),
                                ("line__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="leg_line_of_fund",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mint",
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
                ("lo", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                (
                    "prev_hi",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.NullIf(
                            "lo", models.Value(0)
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                ("source_kind", models.CharField(max_length=20)),
                ("source_id", models.UUIDField()),
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
                    "line",
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "source_id"], name="mint_by_source"),
                    models.Index(fields=["organisation", "entry"], name="mint_by_entry"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "line", "lo"), name="mint_one_lo"
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "line", "hi"), name="mint_one_hi"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hi__gt", models.F("lo")), ("lo__gte", 0)),
                        name="mint_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source_kind__in", ["gift"])), name="mint_known_source"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Use",
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
                ("source_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
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
                    models.Index(fields=["organisation", "source_id"], name="use_by_source"),
                    models.Index(fields=["organisation", "entry"], name="use_by_entry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="use_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["purchase"])), name="use_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UseRange",
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
                ("base", models.BigIntegerField()),
                ("lo", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                ("live", models.BooleanField(default=True)),
                (
                    "line",
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
                    "use",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.use",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("live", True)),
                        fields=["organisation", "line", "lo"],
                        name="live_use_by_lo",
                    ),
                    models.Index(fields=["organisation", "use"], name="use_range_by_use"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hi__gt", models.F("lo")), ("hi__lte", 4398046511104), ("lo__gte", 0)
                        ),
                        name="use_range_in_block",
                    )
                ],
            },
        ),
    ]
