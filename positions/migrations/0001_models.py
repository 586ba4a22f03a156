import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import negotiations.constraints
import negotiations.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("negotiations", "0002_models"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("memorandum", "memorandum"),
                            ("draft agreement", "draft agreement"),
                            ("communiqué", "communiqué"),
                            ("bridging proposal", "bridging proposal"),
                            ("oral offer", "oral offer"),
                            ("list", "list"),
                            ("agreement", "agreement"),
                        ],
                        max_length=17,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                (
                    "tabled",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="When the other side got it or it was published, whichever came first.",
                        verbose_name="tabled",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=35),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                (
                    "points",
                    negotiations.models.fields.QuantityField(
                        blank=True, default_bounds="[]", null=True, verbose_name="number of points"
                    ),
                ),
                (
                    "answer_by",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="answer by"
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
                    "responds_to",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responses",
                        to="positions.proposal",
                        verbose_name="responds to",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="negotiations.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="positions.proposal",
                        verbose_name="supersedes",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "ordering": ["tabled", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="proposal_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="proposal", name="proposal_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="round", name="proposal_round_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="supersedes", name="proposal_supersedes_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="responds_to", name="proposal_responds_to_same_negotiation"
                    ),
                    negotiations.constraints.Acyclic(
                        field="supersedes", name="proposal_supersedes_acyclic"
                    ),
                    negotiations.constraints.Acyclic(
                        field="responds_to", name="proposal_responds_to_acyclic"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="proposal_title_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="proposal_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "memorandum",
                                    "draft agreement",
                                    "communiqué",
                                    "bridging proposal",
                                    "oral offer",
                                    "list",
                                    "agreement",
                                ],
                            )
                        ),
                        name="proposal_kind_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tabled__isnull", True),
                            models.Q(
                                ("tabled__isempty", False),
                                models.Q(
                                    ("tabled__lower_inf", False),
                                    ("tabled__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_tabled_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__isnull", True),
                            models.Q(
                                ("points__isempty", False),
                                models.Q(
                                    ("points__lower_inf", False),
                                    ("points__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_points_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer_by__isnull", True),
                            models.Q(
                                ("answer_by__isempty", False),
                                models.Q(
                                    ("answer_by__lower_inf", False),
                                    ("answer_by__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_answer_by_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__isnull", True),
                            models.Q(
                                models.Q(
                                    ("points__lower_inf", True),
                                    ("points__lower_inc", True),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("points__upper_inf", True),
                                    ("points__upper_inc", True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_points_closed",
                        violation_error_message="Both ends of a quantity belong to it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tabled__upper_inf", False)),
                        name="proposal_tabled_by_a_day",
                        violation_error_message="Say by when it was tabled at the latest.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Issue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("question", models.CharField(blank=True, max_length=300, verbose_name="question")),
                ("definition", models.TextField(blank=True, verbose_name="definition")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="positions.issue",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "issue",
                "verbose_name_plural": "issues",
                "ordering": ["order", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="issue_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="issue", name="issue_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="parent", name="issue_parent_same_negotiation"
                    ),
                    negotiations.constraints.Acyclic(field="parent", name="issue_parent_acyclic"),
                    models.UniqueConstraint(
                        fields=("negotiation", "code"),
                        name="issue_code_unique",
                        violation_error_message="This code is taken; choose another.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        name="issue_code_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="issue_name_filled",
                        violation_error_message="Write something here.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
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
                ("field", models.CharField(blank=True, max_length=40, verbose_name="field")),
                ("reads", models.TextField(blank=True, verbose_name="reads it as")),
                (
                    "stance",
                    models.CharField(
                        choices=[
                            ("supports", "supports"),
                            ("contradicts", "contradicts"),
                            ("reads as", "reads as"),
                            ("judges", "judges"),
                            ("leaves open", "leaves open"),
                        ],
                        default="supports",
                        max_length=11,
                        verbose_name="stance",
                    ),
                ),
                ("capacity", models.CharField(blank=True, max_length=300, verbose_name="capacity")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("joint text", "joint text"),
                            ("tabled paper", "tabled paper"),
                            ("official on the record", "official on the record"),
                            ("mediator's readout", "mediator’s readout"),
                            ("the other side's account", "the other side’s account"),
                            ("unnamed source", "unnamed source"),
                            ("outlet's voice", "outlet’s voice"),
                            ("inference", "inference"),
                        ],
                        max_length=24,
                        verbose_name="basis",
                    ),
                ),
                (
                    "credibility",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="1 (confirmed) to 6 (cannot be judged), the Admiralty scale.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(6),
                        ],
                        verbose_name="credibility",
                    ),
                ),
                ("quote", models.TextField(blank=True, verbose_name="words of the source")),
                ("prefix", models.TextField(blank=True, verbose_name="words before")),
                ("suffix", models.TextField(blank=True, verbose_name="words after")),
                (
                    "start",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="starts at"),
                ),
                ("end", models.PositiveIntegerField(blank=True, null=True, verbose_name="ends at")),
                (
                    "locator",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="where in the source"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True, max_length=35, verbose_name="language of the words"
                    ),
                ),
                ("translation", models.TextField(blank=True, verbose_name="translation")),
                (
                    "rank",
                    models.CharField(
                        choices=[
                            ("preferred", "preferred"),
                            ("normal", "normal"),
                            ("deprecated", "deprecated"),
                        ],
                        default="normal",
                        max_length=10,
                        verbose_name="rank",
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
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="negotiations.record",
                        verbose_name="record",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="negotiations.party",
                        verbose_name="by whose account",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="negotiations.source",
                        verbose_name="source",
                    ),
                ),
                (
                    "speaker",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="negotiations.person",
                        verbose_name="speaker",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
                "ordering": ["record", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="evidence_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="evidence", name="evidence_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="source", name="evidence_source_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="speaker", name="evidence_speaker_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="reported_by", name="evidence_reported_by_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="record",
                        kinds=(
                            "party",
                            "person",
                            "track",
                            "round",
                            "participation",
                            "delegate",
                            "source",
                            "issue",
                            "term",
                            "proposal",
                            "clause",
                            "demand",
                            "term value",
                            "linkage",
                            "outcome",
                            "event",
                            "silence",
                            "evidence",
                        ),
                        name="evidence_record_same_negotiation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="evidence_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stance__in",
                                ["supports", "contradicts", "reads as", "judges", "leaves open"],
                            )
                        ),
                        name="evidence_stance_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "basis__in",
                                [
                                    "joint text",
                                    "tabled paper",
                                    "official on the record",
                                    "mediator's readout",
                                    "the other side's account",
                                    "unnamed source",
                                    "outlet's voice",
                                    "inference",
                                ],
                            )
                        ),
                        name="evidence_basis_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__in", ["preferred", "normal", "deprecated"])),
                        name="evidence_rank_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credibility__isnull", True),
                            ("credibility__range", (1, 6)),
                            _connector="OR",
                        ),
                        name="evidence_credibility_scale",
                        violation_error_message="Credibility goes from 1 to 6.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reads", ""), models.Q(("field", ""), _negated=True), _connector="OR"
                        ),
                        name="evidence_reads_a_field",
                        violation_error_message="Say which field is read this way.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end__isnull", True), ("start__isnull", True)),
                            models.Q(
                                ("end__isnull", False),
                                ("start__isnull", False),
                                ("start__lt", models.F("end")),
                                models.Q(("quote", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="evidence_anchor_whole",
                        violation_error_message="A place in the text has words, a start and an end.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("record", models.F("id")), _negated=True),
                        name="evidence_of_another",
                        violation_error_message="A record cannot be evidence of itself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Linkage",
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
                    "relation",
                    models.CharField(
                        choices=[
                            ("only if", "only if"),
                            ("unless", "unless"),
                            ("after", "after"),
                            ("within", "within"),
                            ("together with", "together with"),
                            ("in exchange for", "in exchange for"),
                            ("contradicts", "contradicts"),
                        ],
                        max_length=15,
                        verbose_name="relation",
                    ),
                ),
                ("condition", models.TextField(blank=True, verbose_name="condition")),
                (
                    "anchor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="anchored",
                        to="negotiations.record",
                        verbose_name="what it hangs on",
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
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="linkages",
                        to="negotiations.record",
                        verbose_name="record",
                    ),
                ),
            ],
            options={
                "verbose_name": "linkage",
                "verbose_name_plural": "linkages",
                "ordering": ["record", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="linkage_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="linkage", name="linkage_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="record",
                        kinds=("demand", "outcome"),
                        name="linkage_record_same_negotiation",
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="anchor",
                        kinds=("demand", "outcome", "clause", "event"),
                        name="linkage_anchor_same_negotiation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="linkage_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "relation__in",
                                [
                                    "only if",
                                    "unless",
                                    "after",
                                    "within",
                                    "together with",
                                    "in exchange for",
                                    "contradicts",
                                ],
                            )
                        ),
                        name="linkage_relation_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("anchor__isnull", True), models.Q(("condition", ""), _negated=True)
                            ),
                            models.Q(("anchor__isnull", False), ("condition", "")),
                            _connector="OR",
                        ),
                        name="linkage_anchor_or_condition",
                        violation_error_message="Name a record or write the condition, one of the two.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("anchor__isnull", True),
                            models.Q(("anchor", models.F("record")), _negated=True),
                            _connector="OR",
                        ),
                        name="linkage_to_another",
                        violation_error_message="A record cannot hang on itself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clause",
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
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="label")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "operator",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("all", "all"),
                            ("any", "any"),
                            ("in sequence", "in sequence"),
                            ("unclear", "unclear"),
                        ],
                        max_length=11,
                        verbose_name="combines its parts as",
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="positions.clause",
                        verbose_name="inside",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clauses",
                        to="positions.proposal",
                        verbose_name="proposal",
                    ),
                ),
            ],
            options={
                "verbose_name": "clause",
                "verbose_name_plural": "clauses",
                "ordering": ["proposal", "order", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="clause_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="clause", name="clause_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="proposal", name="clause_proposal_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="parent", name="clause_parent_same_negotiation"
                    ),
                    negotiations.constraints.Acyclic(field="parent", name="clause_parent_acyclic"),
                    models.UniqueConstraint(
                        condition=models.Q(("parent__isnull", True)),
                        fields=("proposal",),
                        name="clause_one_root",
                        violation_error_message="The proposal has its outermost clause already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="clause_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("operator__in", ["", "all", "any", "in sequence", "unclear"])
                        ),
                        name="clause_operator_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), ("text", ""), _negated=True),
                        name="clause_label_or_text",
                        violation_error_message="Give the clause a label or a text.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalHolder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        related_name="+",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holder_links",
                        to="positions.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="proposal_holder_in_negotiation"
                    ),
                    negotiations.constraints.Gated(name="proposal_holder_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="proposal", name="proposal_holder_proposal_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="proposal_holder_party_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("proposal", "party"),
                        name="proposal_holder_once",
                        violation_error_message="This party is named already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Silence",
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
                    "looked_until",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        verbose_name="looked until"
                    ),
                ),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="silences",
                        to="negotiations.record",
                        verbose_name="silent about",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="silences",
                        to="positions.issue",
                        verbose_name="issue",
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
                        related_name="silences",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="silences",
                        to="negotiations.round",
                        verbose_name="round",
                    ),
                ),
            ],
            options={
                "verbose_name": "silence",
                "verbose_name_plural": "silences",
                "ordering": ["looked_until", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="silence_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="silence", name="silence_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="silence_party_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="issue", name="silence_issue_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="round", name="silence_round_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="about",
                        kinds=("proposal", "clause", "demand", "outcome", "event"),
                        name="silence_about_same_negotiation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="silence_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("looked_until__isnull", True),
                            models.Q(
                                ("looked_until__isempty", False),
                                models.Q(
                                    ("looked_until__lower_inf", False),
                                    ("looked_until__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="silence_looked_until_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("looked_until__upper_inf", False)),
                        name="silence_looked_until_a_day",
                        violation_error_message="Say until when somebody looked.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("quantity", "quantity"),
                            ("date", "date"),
                            ("choice", "choice"),
                            ("set", "set"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unit")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="positions.issue",
                        verbose_name="issue",
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
                "verbose_name": "term",
                "verbose_name_plural": "terms",
                "ordering": ["order", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="term_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="term", name="term_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="issue", name="term_issue_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("negotiation", "code"),
                        name="term_code_unique",
                        violation_error_message="This code is taken; choose another.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        name="term_code_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="term_name_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["quantity", "date", "choice", "set"])),
                        name="term_kind_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit", ""), ("kind", "quantity"), _connector="OR"),
                        name="term_unit_of_quantity",
                        violation_error_message="Only a quantity has a unit.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Demand",
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
                ("text", models.TextField(verbose_name="what they say, in our words")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("demand", "demand"),
                            ("offer", "offer"),
                            ("commitment", "commitment"),
                            ("threat", "threat"),
                            ("principle", "principle"),
                            ("claim", "claim"),
                            ("assessment", "assessment"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "accepted"),
                            ("accepted in part", "accepted in part"),
                            ("accepted with reservation", "accepted with reservation"),
                            ("noted", "noted"),
                            ("will consider", "will consider"),
                            ("countered", "countered"),
                            ("rejected", "rejected"),
                            ("refuses to discuss", "refuses to discuss"),
                        ],
                        max_length=25,
                        verbose_name="answer",
                    ),
                ),
                ("occasion", models.CharField(blank=True, max_length=300, verbose_name="occasion")),
                (
                    "stated",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="stated"),
                ),
                (
                    "ended",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="ended"
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("withdrawn", "withdrawn"),
                            ("lapsed", "lapsed"),
                            ("fulfilled", "fulfilled"),
                            ("terminated", "terminated"),
                            ("voided", "voided"),
                        ],
                        max_length=10,
                        verbose_name="how it ended",
                    ),
                ),
                (
                    "firmness",
                    models.CharField(
                        choices=[
                            ("red line", "red line"),
                            ("firm", "firm"),
                            ("flexible", "flexible"),
                            ("unknown", "unknown"),
                        ],
                        default="unknown",
                        max_length=8,
                        verbose_name="firmness",
                    ),
                ),
                (
                    "movement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("softened", "softened"),
                            ("hardened", "hardened"),
                            ("restated", "restated"),
                            ("reworded", "reworded"),
                        ],
                        max_length=8,
                        verbose_name="movement",
                    ),
                ),
                (
                    "answers",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answered_by",
                        to="negotiations.record",
                        verbose_name="answers",
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="positions.clause",
                        verbose_name="where the paper says it",
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
                    "round",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="negotiations.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="positions.demand",
                        verbose_name="supersedes",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="positions.issue",
                        verbose_name="issue",
                    ),
                ),
            ],
            options={
                "verbose_name": "demand",
                "verbose_name_plural": "demands",
                "ordering": ["stated", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="demand_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="demand", name="demand_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="issue", name="demand_issue_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="clause", name="demand_clause_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="round", name="demand_round_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="supersedes", name="demand_supersedes_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="answers",
                        kinds=("proposal", "clause", "demand", "outcome", "event"),
                        name="demand_answers_same_negotiation",
                    ),
                    negotiations.constraints.Acyclic(
                        field="supersedes", name="demand_supersedes_acyclic"
                    ),
                    negotiations.constraints.Acyclic(
                        field="answers", name="demand_answers_acyclic"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="demand_text_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="demand_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "",
                                    "demand",
                                    "offer",
                                    "commitment",
                                    "threat",
                                    "principle",
                                    "claim",
                                    "assessment",
                                ],
                            )
                        ),
                        name="demand_kind_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "answer__in",
                                [
                                    "",
                                    "accepted",
                                    "accepted in part",
                                    "accepted with reservation",
                                    "noted",
                                    "will consider",
                                    "countered",
                                    "rejected",
                                    "refuses to discuss",
                                ],
                            )
                        ),
                        name="demand_answer_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("firmness__in", ["red line", "firm", "flexible", "unknown"])
                        ),
                        name="demand_firmness_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("movement__in", ["", "softened", "hardened", "restated", "reworded"])
                        ),
                        name="demand_movement_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ending__in",
                                ["", "withdrawn", "lapsed", "fulfilled", "terminated", "voided"],
                            )
                        ),
                        name="demand_ending_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answers__isnull", True)),
                            models.Q(
                                ("answers__isnull", False), models.Q(("answer", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="demand_answers_with_answer",
                        violation_error_message="An answer names what it answers.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended__isnull", True), ("ending", "")),
                            models.Q(
                                ("ended__isnull", False), models.Q(("ending", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="demand_ended_with_ending",
                        violation_error_message="Say both when it ended and how.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stated__isnull", True),
                            models.Q(
                                ("stated__isempty", False),
                                models.Q(
                                    ("stated__lower_inf", False),
                                    ("stated__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="demand_stated_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended__isnull", True),
                            models.Q(
                                ("ended__isempty", False),
                                models.Q(
                                    ("ended__lower_inf", False),
                                    ("ended__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="demand_ended_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stated__upper_inf", False)),
                        name="demand_stated_by_a_day",
                        violation_error_message="Say by when it was stated at the latest.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", ""), _negated=True),
                            ("answers__isnull", False),
                            _connector="OR",
                        ),
                        name="demand_kind_or_answer",
                        violation_error_message="Choose a kind, or say what it answers.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("movement", ""), ("supersedes__isnull", False), _connector="OR"
                        ),
                        name="demand_movement_supersedes",
                        violation_error_message="A movement names the demand it moved from.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreed", "agreed"),
                            ("agreed in part", "agreed in part"),
                            ("not agreed", "not agreed"),
                        ],
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
                (
                    "single_undertaking",
                    models.BooleanField(default=False, verbose_name="binds only with the whole"),
                ),
                (
                    "reached",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="reached"),
                ),
                (
                    "in_force",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="in force"
                    ),
                ),
                (
                    "ended",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="ended"
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("withdrawn", "withdrawn"),
                            ("lapsed", "lapsed"),
                            ("fulfilled", "fulfilled"),
                            ("terminated", "terminated"),
                            ("voided", "voided"),
                        ],
                        max_length=10,
                        verbose_name="how it ended",
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="positions.clause",
                        verbose_name="clause",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="A court, the voters: somebody other than the sides.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="negotiations.party",
                        verbose_name="decided by",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="positions.issue",
                        verbose_name="issue",
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
                    "round",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="negotiations.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="positions.outcome",
                        verbose_name="supersedes",
                    ),
                ),
            ],
            options={
                "verbose_name": "outcome",
                "verbose_name_plural": "outcomes",
                "ordering": ["reached", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="outcome_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="outcome", name="outcome_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="issue", name="outcome_issue_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="round", name="outcome_round_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="clause", name="outcome_clause_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="decided_by", name="outcome_decided_by_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="supersedes", name="outcome_supersedes_same_negotiation"
                    ),
                    negotiations.constraints.Acyclic(
                        field="supersedes", name="outcome_supersedes_acyclic"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="outcome_text_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="outcome_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["agreed", "agreed in part", "not agreed"])
                        ),
                        name="outcome_kind_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ending__in",
                                ["", "withdrawn", "lapsed", "fulfilled", "terminated", "voided"],
                            )
                        ),
                        name="outcome_ending_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended__isnull", True), ("ending", "")),
                            models.Q(
                                ("ended__isnull", False), models.Q(("ending", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="outcome_ended_with_ending",
                        violation_error_message="Say both when it ended and how.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reached__isnull", True),
                            models.Q(
                                ("reached__isempty", False),
                                models.Q(
                                    ("reached__lower_inf", False),
                                    ("reached__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outcome_reached_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force__isnull", True),
                            models.Q(
                                ("in_force__isempty", False),
                                models.Q(
                                    ("in_force__lower_inf", False),
                                    ("in_force__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outcome_in_force_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended__isnull", True),
                            models.Q(
                                ("ended__isempty", False),
                                models.Q(
                                    ("ended__lower_inf", False),
                                    ("ended__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outcome_ended_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reached__upper_inf", False)),
                        name="outcome_reached_by_a_day",
                        violation_error_message="Say by when it was reached at the latest.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "ordinal",
                    models.SmallIntegerField(
                        blank=True, null=True, verbose_name="place in the order"
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
                    "term",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="choices",
                        to="positions.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "verbose_name": "choice",
                "verbose_name_plural": "choices",
                "ordering": ["ordinal", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="term_choice_in_negotiation"
                    ),
                    negotiations.constraints.Gated(name="term_choice_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="term", name="term_choice_term_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("term", "code"),
                        name="term_choice_code_unique",
                        violation_error_message="This code is taken; choose another.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        name="term_choice_code_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="term_choice_name_filled",
                        violation_error_message="Write something here.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermValue",
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
                    "quantity",
                    negotiations.models.fields.QuantityField(
                        blank=True, default_bounds="[]", null=True, verbose_name="quantity"
                    ),
                ),
                (
                    "dates",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="dates"
                    ),
                ),
                (
                    "quantifier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("all of", "all of"),
                            ("one of", "one of"),
                            ("none of", "none of"),
                        ],
                        max_length=7,
                        verbose_name="of these",
                    ),
                ),
                ("others", models.BooleanField(default=False, verbose_name="and others")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("given", "given"),
                            ("left open", "left open"),
                            ("not specified", "not specified"),
                        ],
                        default="given",
                        max_length=13,
                        verbose_name="status",
                    ),
                ),
                ("approximate", models.BooleanField(default=False, verbose_name="approximate")),
                (
                    "per",
                    models.CharField(
                        blank=True,
                        choices=[("each", "each"), ("in total", "in total")],
                        max_length=8,
                        verbose_name="counted",
                    ),
                ),
                (
                    "rank",
                    models.CharField(
                        choices=[
                            ("preferred", "preferred"),
                            ("normal", "normal"),
                            ("deprecated", "deprecated"),
                        ],
                        default="normal",
                        max_length=10,
                        verbose_name="rank",
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
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="negotiations.record",
                        verbose_name="record",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="positions.term",
                        verbose_name="term",
                    ),
                ),
            ],
            options={
                "verbose_name": "term value",
                "verbose_name_plural": "term values",
                "ordering": ["record", "term__order", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="term_value_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="term value", name="term_value_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="term", name="term_value_term_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="record",
                        kinds=("demand", "outcome", "event"),
                        name="term_value_record_same_negotiation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="term_value_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["given", "left open", "not specified"])),
                        name="term_value_status_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__in", ["preferred", "normal", "deprecated"])),
                        name="term_value_rank_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantifier__in", ["", "all of", "one of", "none of"])),
                        name="term_value_quantifier_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per__in", ["", "each", "in total"])),
                        name="term_value_per_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__isnull", True),
                            models.Q(
                                ("quantity__isempty", False),
                                models.Q(
                                    ("quantity__lower_inf", False),
                                    ("quantity__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="term_value_quantity_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dates__isnull", True),
                            models.Q(
                                ("dates__isempty", False),
                                models.Q(
                                    ("dates__lower_inf", False),
                                    ("dates__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="term_value_dates_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__isnull", True),
                            models.Q(
                                models.Q(
                                    ("quantity__lower_inf", True),
                                    ("quantity__lower_inc", True),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("quantity__upper_inf", True),
                                    ("quantity__upper_inc", True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="term_value_quantity_closed",
                        violation_error_message="Both ends of a quantity belong to it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__isnull", True), ("dates__isnull", True), _connector="OR"
                        ),
                        name="term_value_one_kind",
                        violation_error_message="A value is a quantity or a date, not both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "given"),
                            models.Q(("dates__isnull", True), ("quantity__isnull", True)),
                            _connector="OR",
                        ),
                        name="term_value_blank_when_open",
                        violation_error_message="What is left open has no value.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemandAddressee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addressee_links",
                        to="positions.demand",
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
                        related_name="+",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="demand_addressee_in_negotiation"
                    ),
                    negotiations.constraints.Gated(name="demand_addressee_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="demand", name="demand_addressee_demand_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="demand_addressee_party_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("demand", "party"),
                        name="demand_addressee_once",
                        violation_error_message="This party is named already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemandHolder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holder_links",
                        to="positions.demand",
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
                        related_name="+",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="demand_holder_in_negotiation"
                    ),
                    negotiations.constraints.Gated(name="demand_holder_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="demand", name="demand_holder_demand_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="demand_holder_party_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("demand", "party"),
                        name="demand_holder_once",
                        violation_error_message="This party is named already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemandObligor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="obligor_links",
                        to="positions.demand",
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
                        related_name="+",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="demand_obligor_in_negotiation"
                    ),
                    negotiations.constraints.Gated(name="demand_obligor_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="demand", name="demand_obligor_demand_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="demand_obligor_party_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("demand", "party"),
                        name="demand_obligor_once",
                        violation_error_message="This party is named already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutcomeConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "outcome",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmation_links",
                        to="positions.outcome",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.party",
                        verbose_name="party",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="outcome_confirmation_in_negotiation"
                    ),
                    negotiations.constraints.Gated(name="outcome_confirmation_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="outcome", name="outcome_confirmation_outcome_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="party", name="outcome_confirmation_party_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("outcome", "party"),
                        name="outcome_confirmation_once",
                        violation_error_message="This party is named already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("military", "military"),
                            ("political", "political"),
                            ("legal", "legal"),
                            ("contact", "contact"),
                            ("handed over", "handed over"),
                            ("leaked", "leaked"),
                            ("published", "published"),
                            ("initialled", "initialled"),
                            ("signed", "signed"),
                            ("ratified", "ratified"),
                            ("suspended", "suspended"),
                            ("resumed", "resumed"),
                            ("vote", "vote"),
                            ("ruling", "ruling"),
                            ("carried out", "carried out"),
                        ],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "happened",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="happened"
                    ),
                ),
                (
                    "expected",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        blank=True, null=True, verbose_name="expected"
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="negotiations.party",
                        verbose_name="actor",
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
                    "round",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="negotiations.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="positions.issue",
                        verbose_name="issue",
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="positions.outcome",
                        verbose_name="outcome",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="positions.proposal",
                        verbose_name="proposal",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["happened", "expected", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="event_in_negotiation"
                    ),
                    negotiations.constraints.Gated(kind="event", name="event_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="actor", name="event_actor_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="round", name="event_round_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="issue", name="event_issue_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="proposal", name="event_proposal_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="outcome", name="event_outcome_same_negotiation"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="event_title_filled",
                        violation_error_message="Write something here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "in review", "published", "retracted"])
                        ),
                        name="event_state_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "military",
                                    "political",
                                    "legal",
                                    "contact",
                                    "handed over",
                                    "leaked",
                                    "published",
                                    "initialled",
                                    "signed",
                                    "ratified",
                                    "suspended",
                                    "resumed",
                                    "vote",
                                    "ruling",
                                    "carried out",
                                ],
                            )
                        ),
                        name="event_kind_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("happened__isnull", True),
                            models.Q(
                                ("happened__isempty", False),
                                models.Q(
                                    ("happened__lower_inf", False),
                                    ("happened__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="event_happened_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expected__isnull", True),
                            models.Q(
                                ("expected__isempty", False),
                                models.Q(
                                    ("expected__lower_inf", False),
                                    ("expected__upper_inf", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="event_expected_sound",
                        violation_error_message="The range is empty, or open at both ends.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermValueChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "choice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="positions.termchoice",
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
                    "value",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="choice_links",
                        to="positions.termvalue",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="term_value_choice_in_negotiation"
                    ),
                    negotiations.constraints.Gated(name="term_value_choice_gated"),
                    negotiations.constraints.SameNegotiation(
                        field="value", name="term_value_choice_value_same_negotiation"
                    ),
                    negotiations.constraints.SameNegotiation(
                        field="choice", name="term_value_choice_choice_same_negotiation"
                    ),
                    models.UniqueConstraint(
                        fields=("value", "choice"), name="term_value_choice_once"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="proposal",
            name="holders",
            field=models.ManyToManyField(
                blank=True,
                related_name="proposals",
                through="positions.ProposalHolder",
                to="negotiations.party",
                verbose_name="holders",
            ),
        ),
        migrations.AddField(
            model_name="demand",
            name="addressees",
            field=models.ManyToManyField(
                blank=True,
                related_name="+",
                through="positions.DemandAddressee",
                to="negotiations.party",
                verbose_name="spoken to",
            ),
        ),
        migrations.AddField(
            model_name="demand",
            name="holders",
            field=models.ManyToManyField(
                blank=True,
                related_name="demands",
                through="positions.DemandHolder",
                to="negotiations.party",
                verbose_name="holders",
            ),
        ),
        migrations.AddField(
            model_name="demand",
            name="obligors",
            field=models.ManyToManyField(
                blank=True,
                related_name="+",
                through="positions.DemandObligor",
                to="negotiations.party",
                verbose_name="must act",
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="confirmed_by",
            field=models.ManyToManyField(
                blank=True,
                related_name="+",
                through="positions.OutcomeConfirmation",
                to="negotiations.party",
                verbose_name="confirmed by",
            ),
        ),
        migrations.AddField(
            model_name="termvalue",
            name="choices",
            field=models.ManyToManyField(
                blank=True,
                related_name="values",
                through="positions.TermValueChoice",
                to="positions.termchoice",
                verbose_name="choices",
            ),
        ),
    ]
