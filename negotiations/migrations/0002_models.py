import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import negotiations.constraints
import negotiations.models.fields
import negotiations.models.negotiation
import negotiations.models.rounds
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("negotiations", "0001_gate"),
    ]

    operations = [
        migrations.CreateModel(
            name="Changeset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.BigIntegerField(null=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("user_name", models.TextField(null=True)),
                ("reason", models.TextField(null=True)),
                ("db_role", models.TextField()),
                ("sealed", models.DateTimeField(null=True)),
                ("rows", models.IntegerField(null=True)),
                ("hash", models.BinaryField(null=True)),
            ],
            options={
                "db_table": '"gate"."changeset"',
                "ordering": ["-sealed", "-pk"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Negotiation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        max_length=80,
                        unique=True,
                        validators=[
                            django.core.validators.MinLengthValidator(2),
                            negotiations.models.negotiation.refuse_reserved,
                        ],
                        verbose_name="address",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "everyone"), ("members", "members only")],
                        default="public",
                        max_length=7,
                        verbose_name="who sees it",
                    ),
                ),
                (
                    "review",
                    models.CharField(
                        choices=[("off", "off"), ("required", "required")],
                        default="off",
                        max_length=8,
                        verbose_name="review",
                    ),
                ),
            ],
            options={
                "verbose_name": "negotiation",
                "verbose_name_plural": "negotiations",
                "ordering": ["title"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="negotiation_title_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slug", ""), _negated=True),
                        name="negotiation_slug_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["public", "members"])),
                        name="negotiation_visibility_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("review__in", ["off", "required"])),
                        name="negotiation_review_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "slug__in",
                                [
                                    "about",
                                    "accounts",
                                    "admin",
                                    "api",
                                    "docs",
                                    "favicon",
                                    "health",
                                    "media",
                                    "new",
                                    "static",
                                ],
                            ),
                            _negated=True,
                        ),
                        name="negotiation_slug_free",
                        violation_error_message="This is an address of the site; choose another.",
                    ),
                    negotiations.constraints.Gated(name="negotiation_gated"),
                ],
            },
        ),
        migrations.CreateModel(
            name="History",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table_name", models.TextField()),
                ("row_id", models.BigIntegerField()),
                ("operation", models.CharField(max_length=1)),
                ("data", models.JSONField()),
            ],
            options={
                "db_table": '"gate"."history"',
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("reader", "reader"),
                            ("editor", "editor"),
                            ("reviewer", "reviewer"),
                            ("manager", "manager"),
                        ],
                        max_length=8,
                        verbose_name="role",
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "constraints": [
                    models.UniqueConstraint(fields=("negotiation", "user"), name="membership_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["reader", "editor", "reviewer", "manager"])
                        ),
                        name="membership_role_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    negotiations.constraints.Gated(name="membership_gated"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=30, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="also called",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("principal", "principal"),
                            ("third party", "third party"),
                            ("stakeholder", "stakeholder"),
                        ],
                        max_length=11,
                        verbose_name="standing",
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
            ],
            options={
                "verbose_name": "party",
                "verbose_name_plural": "parties",
                "ordering": ["order", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="party_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="party", name="party_gated"),
                    models.UniqueConstraint(
                        fields=("negotiation", "code"),
                        name="party_code_unique",
                        violation_error_message="This code is taken; choose another.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        name="party_code_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="party_name_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("standing__in", ["principal", "third party", "stakeholder"])
                        ),
                        name="party_standing_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="also called",
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="person_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="person", name="person_gated"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="person_name_filled",
                        violation_error_message="Write something here.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("party", "party"),
                            ("person", "person"),
                            ("track", "track"),
                            ("round", "round"),
                            ("participation", "participation"),
                            ("delegate", "delegate"),
                            ("source", "source"),
                            ("issue", "issue"),
                            ("term", "term"),
                            ("proposal", "proposal"),
                            ("clause", "clause"),
                            ("demand", "demand"),
                            ("term value", "term value"),
                            ("linkage", "linkage"),
                            ("outcome", "outcome"),
                            ("event", "event"),
                            ("silence", "silence"),
                            ("evidence", "evidence"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in review", "in review"),
                            ("published", "published"),
                            ("retracted", "retracted"),
                        ],
                        default="published",
                        max_length=9,
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="record_in_negotiation"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in review", "in review"),
                            ("published", "published"),
                            ("retracted", "retracted"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("outlet", models.CharField(max_length=200, verbose_name="outlet")),
                (
                    "affiliation",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="affiliation of the outlet"
                    ),
                ),
                ("author", models.CharField(blank=True, max_length=200, verbose_name="author")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "article"),
                            ("wire report", "wire report"),
                            ("document", "document"),
                            ("statement", "official statement"),
                            ("broadcast", "broadcast"),
                            ("post", "post"),
                            ("other", "other"),
                        ],
                        default="article",
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=500, verbose_name="title")),
                ("url", models.URLField(blank=True, max_length=2000, verbose_name="address")),
                (
                    "published",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="published"
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=35, verbose_name="language")),
                (
                    "reliability",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("A", "A – completely reliable"),
                            ("B", "B – usually reliable"),
                            ("C", "C – fairly reliable"),
                            ("D", "D – not usually reliable"),
                            ("E", "E – unreliable"),
                            ("F", "F – cannot be judged"),
                        ],
                        max_length=1,
                        verbose_name="reliability",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="negotiations.source",
                        verbose_name="corrects",
                    ),
                ),
                (
                    "derived_from",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Two reports with one origin are not independent.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="derived",
                        to="negotiations.source",
                        verbose_name="derived from",
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": ["published", "outlet", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="source_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="source", name="source_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="derived_from", name="source_derived_from_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="corrects", name="source_corrects_same_negotiation"
                    ),
                    negotiations.constraints.Acyclic(
                        field="derived_from", name="source_derived_from_acyclic"
                    ),
                    negotiations.constraints.Acyclic(
                        field="corrects", name="source_corrects_acyclic"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outlet", ""), _negated=True),
                        name="source_outlet_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="source_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "article",
                                    "wire report",
                                    "document",
                                    "statement",
                                    "broadcast",
                                    "post",
                                    "other",
                                ],
                            )
                        ),
                        name="source_kind_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reliability__in", ["", "A", "B", "C", "D", "E", "F"])),
                        name="source_reliability_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published__isnull", True),
                            models.Q(
                                ("published__isempty", False),
                                models.Q(
                                    ("published__lower_inf", False),
                                    ("published__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="source_published_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Track",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
            ],
            options={
                "verbose_name": "track",
                "verbose_name_plural": "tracks",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="track_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="track", name="track_gated"),
                    models.UniqueConstraint(
                        fields=("negotiation", "name"),
                        name="track_name_unique",
                        violation_error_message="There is a track of this name already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="track_name_filled",
                        violation_error_message="Write something here.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                (
                    "negotiation",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="head",
                        serialize=False,
                        to="negotiations.negotiation",
                    ),
                ),
                ("revision", models.BigIntegerField()),
                ("hash", models.BinaryField(null=True)),
            ],
            options={
                "db_table": '"gate"."head"',
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in review", "in review"),
                            ("published", "published"),
                            ("retracted", "retracted"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "number",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number"),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("held", "held"),
                            ("postponed", "postponed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="planned",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("direct", "direct"),
                            ("mediated", "mediated"),
                            ("proximity", "proximity"),
                            ("virtual", "virtual"),
                        ],
                        max_length=9,
                        verbose_name="format",
                    ),
                ),
                (
                    "planned",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        blank=True, null=True, verbose_name="planned"
                    ),
                ),
                (
                    "held",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        blank=True, null=True, verbose_name="held"
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=40,
                        validators=[negotiations.models.rounds.known_zone],
                        verbose_name="time zone of the venue",
                    ),
                ),
                (
                    "duration",
                    negotiations.models.fields.QuantityField(
                        blank=True,
                        default_bounds="[]",
                        null=True,
                        verbose_name="duration in minutes",
                    ),
                ),
                ("venue", models.CharField(blank=True, max_length=300, verbose_name="venue")),
                ("level", models.CharField(blank=True, max_length=200, verbose_name="level")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
                (
                    "track",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="negotiations.track",
                        verbose_name="track",
                    ),
                ),
            ],
            options={
                "verbose_name": "round",
                "verbose_name_plural": "rounds",
                "ordering": ["held", "planned", "number", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="round_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="round", name="round_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="track", name="round_track_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number__isnull", False)),
                        fields=("track", "number"),
                        name="round_number_unique",
                        violation_error_message="The track has a round of this number already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="round_title_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("time_zone", ""), _negated=True),
                        name="round_time_zone_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="round_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["planned", "held", "postponed", "cancelled"])
                        ),
                        name="round_status_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("format__in", ["", "direct", "mediated", "proximity", "virtual"])
                        ),
                        name="round_format_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("planned__isnull", True),
                            models.Q(
                                ("planned__isempty", False),
                                models.Q(
                                    ("planned__lower_inf", False),
                                    ("planned__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="round_planned_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held__isnull", True),
                            models.Q(
                                ("held__isempty", False),
                                models.Q(
                                    ("held__lower_inf", False),
                                    ("held__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="round_held_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duration__isnull", True),
                            models.Q(
                                ("duration__isempty", False),
                                models.Q(
                                    ("duration__lower_inf", False),
                                    ("duration__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="round_duration_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duration__isnull", True),
                            models.Q(
                                models.Q(
                                    ("duration__lower_inf", True),
                                    ("duration__lower_inc", True),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("duration__upper_inf", True),
                                    ("duration__upper_inc", True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="round_duration_closed",
                        violation_error_message="Both ends of a quantity belong to it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "held"), _negated=True),
                            ("held__isnull", False),
                            _connector="OR",
                        ),
                        name="round_held_is_dated",
                        violation_error_message="A round that was held has a date; say when.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delegate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in review", "in review"),
                            ("published", "published"),
                            ("retracted", "retracted"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("capacity", models.CharField(blank=True, max_length=300, verbose_name="capacity")),
                (
                    "is_head",
                    models.BooleanField(blank=True, null=True, verbose_name="heads the delegation"),
                ),
                (
                    "attended",
                    models.BooleanField(
                        blank=True, default=True, null=True, verbose_name="attended"
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegates",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="negotiations.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegates",
                        to="negotiations.round",
                        verbose_name="round",
                    ),
                ),
            ],
            options={
                "verbose_name": "delegate",
                "verbose_name_plural": "delegates",
                "ordering": ["round", "party__order", "-is_head", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="delegate_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="delegate", name="delegate_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="round", name="delegate_round_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="person", name="delegate_person_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="delegate_party_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("round", "person", "party"),
                        name="delegate_once",
                        violation_error_message="This person is on the delegation's list already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="delegate_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("in review", "in review"),
                            ("published", "published"),
                            ("retracted", "retracted"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("negotiating", "negotiating"),
                            ("host", "host"),
                            ("convener", "convener"),
                            ("facilitator", "facilitator"),
                            ("mediator", "mediator"),
                            ("guarantor", "guarantor"),
                            ("observer", "observer"),
                            ("monitor", "monitor"),
                            ("witness", "witness"),
                        ],
                        max_length=11,
                        verbose_name="role",
                    ),
                ),
                (
                    "size",
                    negotiations.models.fields.QuantityField(
                        blank=True,
                        default_bounds="[]",
                        null=True,
                        verbose_name="size of the delegation",
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="negotiations.round",
                        verbose_name="round",
                    ),
                ),
            ],
            options={
                "verbose_name": "participation",
                "verbose_name_plural": "participations",
                "ordering": ["round", "party__order", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="participation_in_negotiation"
                    ),
                    negotiations.constraints.Gated(
                        kind="participation", name="participation_gated"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="round", name="participation_round_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="participation_party_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("round", "party", "role"),
                        name="participation_once",
                        violation_error_message="The party has this role at the round already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="participation_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "negotiating",
                                    "host",
                                    "convener",
                                    "facilitator",
                                    "mediator",
                                    "guarantor",
                                    "observer",
                                    "monitor",
                                    "witness",
                                ],
                            )
                        ),
                        name="participation_role_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size__isnull", True),
                            models.Q(
                                ("size__isempty", False),
                                models.Q(
                                    ("size__lower_inf", False),
                                    ("size__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="participation_size_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size__isnull", True),
                            models.Q(
                                models.Q(
                                    ("size__lower_inf", True),
                                    ("size__lower_inc", True),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("size__upper_inf", True),
                                    ("size__upper_inc", True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="participation_size_closed",
                        violation_error_message="Both ends of a quantity belong to it.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            sql="SELECT gate.protect('negotiations_record')",
            reverse_sql="",
        ),
    ]
