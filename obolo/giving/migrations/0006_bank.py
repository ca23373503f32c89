"""What the bank says: accounts, files, statements, lines, decisions."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import obolo.kit.clock
import obolo.kit.ids
import obolo.organisations.wall
from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Files, statements and decisions are append-only; a line moves on."""

    dependencies = [
        ("giving", "0005_receipts_wall"),
        ("organisations", "0002_wall"),
        ("people", "0002_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountWord",
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
                ("iban", models.CharField(max_length=34)),
                ("beneficiary", models.CharField(max_length=70)),
                ("bic", models.CharField(default="", max_length=11)),
                ("reason", models.CharField(default="", max_length=300)),
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StatementFile",
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
                ("sha256", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("content", models.BinaryField()),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "sha256"), name="one_statement_file"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
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
                ("part", models.PositiveSmallIntegerField()),
                ("account", models.CharField(max_length=34)),
                ("currency", models.CharField(max_length=3)),
                ("kind", models.CharField(max_length=40)),
                ("opening_minor", models.BigIntegerField(null=True)),
                ("closing_minor", models.BigIntegerField(null=True)),
                ("closing_on", models.DateField(null=True)),
                ("adds_up", models.BooleanField(null=True)),
                ("told_count", models.PositiveIntegerField()),
                ("new_count", models.PositiveIntegerField()),
                ("problems", models.JSONField(default=list)),
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
                    "file",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="giving.statementfile",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "account", "-closing_on"], name="newest_balance"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "file", "part"), name="one_statement"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
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
                ("identity", models.CharField(max_length=32)),
                ("place", models.CharField(max_length=40)),
                ("amount_minor", models.BigIntegerField()),
                ("charge_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("original_minor", models.BigIntegerField(null=True)),
                ("original_currency", models.CharField(default="", max_length=3)),
                ("booked_on", models.DateField()),
                ("value_on", models.DateField(null=True)),
                ("bank_ref", models.CharField(default="", max_length=140)),
                ("reference", models.CharField(default="", max_length=140)),
                ("end_to_end", models.CharField(default="", max_length=140)),
                ("return_code", models.CharField(default="", max_length=4)),
                ("reversal", models.BooleanField(default=False)),
                ("lumped", models.BooleanField(default=False)),
                ("payer", models.CharField(default="", max_length=140)),
                ("words", models.CharField(default="", max_length=1000)),
                ("payer_hash", models.BinaryField(null=True)),
                ("payer_end", models.CharField(default="", max_length=4)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("doubt", "A person should look"),
                            ("booked", "A gift stands for it"),
                            ("aside", "Not a gift"),
                            ("returned", "A returned debit, noted with its pledge"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("candidates", models.JSONField(default=list)),
                ("gift_id", models.UUIDField(null=True)),
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
                    "statement",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="giving.statement",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "doubt")),
                        fields=["organisation", "booked_on"],
                        name="doubtful_lines",
                    ),
                    models.Index(
                        fields=["organisation", "statement", "state"], name="lines_in_order"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "identity"), name="one_line")
                ],
            },
        ),
        migrations.CreateModel(
            name="LineDecision",
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
                            ("matched", "The reference is ours"),
                            ("payment", "Staff: this payment"),
                            ("person", "Staff: a gift of this person"),
                            ("aside", "Staff: not a gift"),
                            ("returned", "A returned debit"),
                            ("undone", "Staff: undone"),
                        ],
                        max_length=10,
                    ),
                ),
                ("gift_id", models.UUIDField(null=True)),
                ("reason", models.CharField(default="", max_length=300)),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="giving.payment",
                    ),
                ),
                (
                    "line",
                    obolo.organisations.wall.WalledKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="giving.statementline",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "line", "at"], name="decisions_of_line")
                ],
            },
        ),
        migrations.CreateModel(
            name="PayerAccount",
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
                ("payer_hash", models.BinaryField()),
                ("payer_end", models.CharField(max_length=4)),
                ("learnt_at", models.DateTimeField(default=obolo.kit.clock.now)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "payer_hash", "person"), name="one_payer_account"
                    )
                ],
            },
        ),
        RaiseWall("AccountWord", append_only=True),
        RaiseWall("StatementFile", append_only=True),
        RaiseWall("Statement", append_only=True),
        RaiseWall(
            "StatementLine",
            # The last two may be forgotten with the person they name.
            updatable=("state", "reasons", "candidates", "gift_id", "payer", "words"),
        ),
        RaiseWall("LineDecision", append_only=True),
        RaiseWall("PayerAccount", deletable=True),
    ]
