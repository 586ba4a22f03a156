"""A demand as a form: what is said, by whom, on what; and who says so."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, partial

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
from negotiations.forms import LongTextField, dates_field
from negotiations.models import Negotiation, Party, Record, Round, Source
from positions.answerfields import AnswerFields
from positions.days import last_day
from positions.evidencefields import DAY_OF_SOURCE, SOURCE, EvidenceFields
from positions.linkfields import LinkFields
from positions.models import Clause, Demand, Ending, Evidence, Issue, Linkage, Term, TermValue
from positions.offered import Groups, joined, kinds_allowed, label, number, offered
from positions.operations import edit_demand, record_demand
from positions.supersession import candidates
from positions.termrows import TermFields
from positions.writingform import WritingForm

STATEMENT = (
    "kind",
    "firmness",
    "round",
    "occasion",
    "clause",
    "holders",
    "addressees",
    "obligors",
)
ANSWER = ("answer", "answers")
HISTORY = ("supersedes", "movement", "ended", "ending")
OWN = ("text", "stated", *STATEMENT, *ANSWER, *HISTORY)
#: What an address may say of a new demand.
PRESETS = ("round", "clause", "answers", "answer", "supersedes", "kind")


def _parties(text) -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        label=text,
        queryset=Party.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class DemandForm(AnswerFields, EvidenceFields, TermFields, LinkFields, WritingForm):
    """Record or edit a demand.

    ``party`` and ``issue`` are those of the cell it is recorded in; without a party, and with
    ``asks_issue``, the form asks. ``presets`` are first values by name, as an address gives them;
    ``takes_words`` lets a demand in a clause begin with the words of the clause.
    """

    page = "positions/demand_form.html"

    text = LongTextField(
        label=_("What they say"),
        rows=2,
        most=10_000,
        error_messages={"required": _("Write what they say.")},
    )
    issue = forms.ModelChoiceField(
        label=_("Issue"),
        queryset=Issue.objects.none(),
        required=False,
        empty_label=_("Overall: the talks as a whole"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[*Demand.Kind.choices, ("", _("an answer only"))],
        initial=Demand.Kind.DEMAND,
        required=False,
    )
    firmness = forms.ChoiceField(
        label=_("Firmness"), choices=Demand.Firmness, initial=Demand.Firmness.UNKNOWN
    )
    stated = dates_field(label=_("Stated"), required=False, help_text=DAY_OF_SOURCE)
    round = forms.ModelChoiceField(
        label=_("At round"), queryset=Round.objects.none(), required=False, empty_label="—"
    )
    occasion = forms.CharField(label=_("Or on the occasion of"), required=False, max_length=300)
    clause = forms.ModelChoiceField(
        label=_("Where the paper says it"), queryset=Clause.objects.none(), required=False
    )
    holders = _parties(_("Held by"))
    addressees = _parties(_("Spoken to"))
    obligors = _parties(_("Must act"))
    answer = forms.ChoiceField(
        label=_("It is an answer"), choices=[("", "—"), *Demand.Answer.choices], required=False
    )
    answers = forms.ModelChoiceField(label=_("to"), queryset=Record.objects.none(), required=False)
    supersedes = forms.ModelChoiceField(
        label=_("What did this replace?"),
        queryset=Demand.objects.none(),
        required=False,
        widget=forms.RadioSelect,
    )
    movement = forms.ChoiceField(
        label=_("Movement since then"),
        choices=[("", "—"), *Demand.Movement.choices],
        required=False,
    )
    ended = dates_field(label=_("Ended"), required=False)
    ending = forms.ChoiceField(
        label=_("How it ended"), choices=[("", "—"), *Ending.choices], required=False
    )

    def __init__(
        self,
        data=None,
        *,
        negotiation: Negotiation,
        user,
        day: date,
        party: Party | None = None,
        issue: Issue | None = None,
        asks_issue: bool = False,
        record: Demand | None = None,
        presets: Mapping[str, str] | None = None,
        last_source: int | None = None,
        takes_words: bool = True,
    ):
        self.options = {
            "negotiation": negotiation,
            "user": user,
            "day": day,
            "party": party,
            "issue": issue,
            "asks_issue": asks_issue,
            "presets": presets,
            "last_source": last_source,
            "takes_words": takes_words,
        }
        self.options["record"] = record
        self.negotiation, self.user, self.day = negotiation, user, day
        self.party, self.record = party, record
        #: Whether the day is that of the source that is chosen, until somebody writes another.
        self.follows_source = False
        self.asks_issue = asks_issue or record is not None
        self.presets = {n: v for n, v in (presets or {}).items() if n in PRESETS and v}
        place = self._place(issue)
        self.dom_id = f"form-{place}"
        initial = self._stored() if record else self._first(issue, last_source)
        super().__init__(data, initial=initial, auto_id=f"id_{place}_%s")
        if self.is_assessment:
            self.fields["text"].label = _("What you make of it, and why")
            for name in ("kind", "firmness"):
                self.fields[name].widget = forms.HiddenInput()
        self._offer()
        self.of_issue = self._issue_shown(issue)
        self._offer_parts((data or {}).get("more", ""))
        self._offer_candidates()
        if self.follows_source:
            day = initial["stated"]
            attrs = self.fields["stated"].widget.attrs
            attrs["data-follows"] = ranges.date_text(day) if day else ""
        if not self.asks_issue:
            del self.fields["issue"]
        if record is None:
            del self.fields["reason"]
            self.fields["source"].help_text = (
                _("As in your last line; choose another if not so.") if last_source else ""
            )
        else:
            self.offer_more_evidence()
            if record.clause_id:
                self.fields["basis"].initial = Evidence.Basis.PAPER
            self.remember_first_shown((*OWN, "issue", *self.term_names, *self.link_names))

    def _place(self, issue) -> str:
        """The form's own part of DOM ids: several forms may be open on one page."""
        if self.record is not None:
            return str(self.record.pk)
        cell = [self.party.code if self.party else "new"]
        if not self.asks_issue:
            cell.append(issue.code if issue else "overall")
        return "-".join([*cell, *(slugify(text) for text in self.presets.values())])

    def _first(self, issue, last_source) -> dict:
        """What a new form holds before anybody types."""
        clause = self._clause()
        first = {
            **self.presets,
            "stated": self._day_known(clause, last_source),
            "source": last_source,
            "issue": issue.pk if issue else None,
            "holders": [self.party.pk] if self.party else [],
        }
        if clause is None:
            return first
        holders = first["holders"] or [party.pk for party in clause.proposal.holders.all()]
        first |= {"basis": Evidence.Basis.PAPER, "holders": holders}
        return {**first, "text": clause.text} if self.options["takes_words"] else first

    def _clause(self) -> Clause | None:
        """The clause that the address names."""
        clauses = Clause.objects.visible_to(self.user).filter(negotiation=self.negotiation)
        wanted = number(self.presets.get("clause"))
        return clauses.filter(pk=wanted).select_related("proposal").first() if wanted else None

    def _day_known(self, clause: Clause | None, last_source: int | None):
        """When it was said as far as that is known before anybody types; None if it is not.

        That is the day of the round, of the paper, of the comparison if that is not today's, or of
        the source that stands there already.
        """
        mine = {"negotiation": self.negotiation}
        rounds = Round.objects.visible_to(self.user).filter(**mine)
        wanted = number(self.presets.get("round"))
        held = rounds.filter(pk=wanted).first() if wanted else None
        if held and (held.held or held.planned):
            return ranges.day(last_day(held))
        if clause is not None:
            return clause.proposal.tabled
        if self.day != timezone.localdate():
            return ranges.day(self.day)
        self.follows_source = True
        sources = Source.objects.visible_to(self.user).filter(**mine)
        source = sources.filter(pk=last_source).first() if last_source else None
        return source.published if source else None

    def _stored(self) -> dict:
        """What the demand holds that is to be edited."""
        demand = self.record
        pointers = ("round", "clause", "answers", "supersedes", "issue")
        parties = ("holders", "addressees", "obligors")
        return {
            **{name: getattr(demand, name) for name in OWN if name not in (*pointers, *parties)},
            **{name: getattr(demand, f"{name}_id") for name in pointers},
            **{name: [party.pk for party in getattr(demand, name).all()] for name in parties},
            "version": demand.version,
        }

    def _offer(self) -> None:
        """Fill the choices with what the user may see of this negotiation."""
        mine = {"negotiation": self.negotiation}
        self.offer_evidence(user=self.user, is_needed=True, **mine)
        for name, model in (
            ("issue", Issue),
            ("round", Round),
            ("clause", Clause),
            *((name, Party) for name in ("holders", "addressees", "obligors")),
        ):
            self.fields[name].queryset = model.objects.visible_to(self.user).filter(**mine)
        stored = self.record.issue_id if self.record else None
        self.fields["issue"].queryset = self.fields["issue"].queryset.offered([stored])

    def _issue_shown(self, issue: Issue | None) -> Issue | None:
        """The issue whose terms are shown: the one chosen in the form, or that of the cell."""
        if not self.asks_issue:
            return issue
        return self.fields["issue"].queryset.filter(pk=number(self["issue"].value())).first()

    def _offer_parts(self, more: str) -> None:
        """Add fields for terms and linkages, and name the records to choose from."""

        def mine(model):
            return model.objects.visible_to(self.user).filter(negotiation=self.negotiation)

        data = self.data if self.is_bound else None
        own = {"record": self.record.pk if self.record else None}
        values = mine(TermValue).filter(**own).select_related("term").order_by("pk")
        terms = (
            mine(Term)
            .filter(issue=self.of_issue.pk if self.of_issue else 0)
            .offered(values.order_by().values("term"))
            .prefetch_related("choices")
        )
        self.offer_terms(terms, values.prefetch_related("choices"), data, more)
        links = list(mine(Linkage).filter(**own).order_by("pk"))
        of_kind = self._of_kind({link.anchor_id for link in links})
        others = mine(Record).exclude(pk=own["record"] or 0)
        answerable, anchoring = kinds_allowed(Demand, "answers"), kinds_allowed(Linkage, "anchor")
        self.fields["answers"].queryset = others.filter(kind__in=answerable)
        for name, kinds in (("answers", answerable), ("clause", ["clause"])):
            self.fields[name].widget.choices = joined(of_kind[kind] for kind in kinds)
        anchors = joined(of_kind[kind] for kind in anchoring)
        self.offer_links(
            links, data, more, anchors=anchors, allowed=others.filter(kind__in=anchoring)
        )

    def _of_kind(self, anchored: set[int | None]) -> dict[str, Callable[[], Groups]]:
        """What gives the records to choose from, by kind, those that stand here among them."""
        stored = {self.initial.get("answers"), self.initial.get("clause"), *anchored}
        keep = [number(pk) for pk in stored if number(pk)]
        mine = {"negotiation": self.negotiation, "user": self.user}
        return {
            kind: cache(partial(offered, [kind], **mine, keep=keep))
            for kind in kinds_allowed(Demand, "answers")
        }

    def _offer_candidates(self) -> None:
        """Propose what the demand may have replaced, likeliest first, and before all nothing."""
        rows = Demand.objects.visible_to(self.user).filter(negotiation=self.negotiation)
        field = self.fields["supersedes"]
        field.queryset = rows.exclude(pk=self.record.pk if self.record else None)
        field.widget.choices = cache(self._candidates)

    def _candidates(self) -> list:
        ticked = self["holders"].value() or ([self.party.pk] if self.party else [])
        holders = [number(pk) for pk in ticked]
        clause = self.fields["clause"].queryset.filter(pk=number(self["clause"].value()))
        found = candidates(
            negotiation=self.negotiation,
            user=self.user,
            holders=self.fields["holders"].queryset.filter(pk__in=holders),
            issue=self.of_issue,
            day=self.day,
            clause=clause.first(),
            terms={row.term.pk for row in self.term_rows if row.value.value()},
            text=str(self["text"].value() or "").replace("\0", " "),
            but=self.record,
        )
        stored = number(self["supersedes"].value())
        if stored not in {demand.pk for demand in found}:
            found += self.fields["supersedes"].queryset.filter(pk=stored)
        named = ((demand.pk, f"{label(demand)} № {demand.pk}") for demand in found)
        return [("", _("nothing")), *named]

    def _bound(self, names: Iterable[str]):
        return [self[name] for name in names if name in self.fields]

    @property
    def is_assessment(self) -> bool:
        """Whether it is what an editor makes of a gap, which nobody holds."""
        return self.record is None and self.presets.get("kind") == Demand.Kind.ASSESSMENT

    @property
    def is_of_cell(self) -> bool:
        """Whether party and issue are those of a cell, and so not asked for."""
        return self.record is None and self.party is not None and not self.asks_issue

    @property
    def who_fields(self):
        """The fields that stand first where no cell answers them."""
        names = [] if self.party or self.is_assessment else ["holders"]
        return self._bound([*names, "issue"]) if self.record is None else []

    @property
    def line_fields(self):
        return self._bound((*self._answer_first, "text", "source", "stated"))

    @property
    def _answer_first(self) -> tuple[str, ...]:
        """How they answer stands first where the form was opened for an answer."""
        return ("answer",) if self.record is None and self.presets.get("answers") else ()

    @property
    def statement_fields(self):
        asked = {field.name for field in self.who_fields}
        names = [*STATEMENT, "issue"] if self.record else STATEMENT
        return self._bound(name for name in names if name not in asked)

    @property
    def answer_fields(self):
        return self._bound(name for name in ANSWER if name not in self._answer_first)

    @property
    def history_fields(self):
        return self._bound((*HISTORY, "reason"))

    @property
    def more_open(self) -> bool:
        """Whether something beyond the first line was typed, or has an error to show."""
        if not self.is_bound:
            return False
        typed = {*self.errors, *self.changed_data}
        first = {"text", "source", "stated", "version", NON_FIELD_ERRORS, *SOURCE}
        first |= set(self._answer_first)
        asked = {field.name for field in self.who_fields}
        return bool(self.data.get("more")) or bool(typed - first - asked)

    def clean_holders(self):
        """Somebody holds what is recorded in a party's column: that party, if none is ticked."""
        holders = list(self.cleaned_data["holders"])
        return holders or ([self.party] if self.party and self.record is None else [])

    def clean(self):
        cleaned = super().clean()
        self.take_day_of_source()
        return cleaned

    def save(self) -> Demand:
        data = self.cleaned_data
        fields = {
            **{name: data[name] for name in OWN if name != "answers"},
            "answers_id": data["answers"].pk if data["answers"] else None,
            "issue": data["issue"] if self.asks_issue else self.of_issue,
            "values": self.values(),
            "links": self.links(),
            "evidence": self.evidence(),
        }
        if self.record is None:
            return record_demand(user=self.user, negotiation=self.negotiation, **fields)
        return edit_demand(
            self.record,
            user=self.user,
            version=data["version"] or 0,
            reason=data["reason"],
            **fields,
        )
