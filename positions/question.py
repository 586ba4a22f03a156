"""What is asked of a comparison: three clocks, what to compare with, and which rows to show.

One grammar serves pages, tables and API: the clocks and the columns are read here, what is said by
the filters that the list of demands has (``positions.filters.SaidFilters``).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError

from negotiations import ranges
from negotiations.forms import DayField
from negotiations.models import Negotiation, Party, Round
from positions.days import last_day
from positions.filters import OVERALL, SaidFilters
from positions.models import Demand, Issue

#: The parameters that narrow what is said; ``issue`` and ``party`` narrow rows and columns too.
SAID = ("round", "track", "kind", "firmness", "authority", "source", "rests_on", "words")
PLACES = ("issue", "party")
CLOCKS = ("as_of", "as_of_round", "known_on", "revision")
BASELINE = ("since", "since_round")
WEIGHTS = ("weight",)
ONLY = ("only",)
CHANGED = "changed"
#: Parameters that may stand more than once.
SEVERAL = (*PLACES, *WEIGHTS, "round", "track", "kind", "firmness", "source", "rests_on")
PARAMETERS = (*CLOCKS, *BASELINE, *PLACES, *SAID, *WEIGHTS, *ONLY)
#: What the other pages are asked.
OF_MOVEMENT = (*CLOCKS, *BASELINE, *PLACES)
OF_CONDITIONS = OF_CLAIMS = (*CLOCKS, "issue")
OF_ANSWERS = (*CLOCKS, *PLACES)
OF_ISSUE = (*CLOCKS, *BASELINE)
#: So many rounds are named to somebody who names one that there is not.
ROUNDS_NAMED = 30
#: How the comparison is laid out; it changes nothing in what is asked.
LAYOUT = ("density", "closed")


@dataclass(frozen=True)
class Question:
    """What is asked of a comparison.

    ``as_of`` is the day at whose end it stands, the last day of ``round`` if one was named.
    ``known_on`` leaves out what was published later, ``revision`` is that of our records; None is
    all, and now. ``since`` is the day to compare with, the last of ``since_round``; None leaves it
    to each party's round before, and ``only_changed`` leaves out the rows in which nothing moved
    since. ``issues`` and ``parties`` are codes; empty means all. ``said``
    are the demands that fit what was asked of them; None if nothing was. ``weights`` are by code.
    """

    as_of: date
    round: Round | None = None
    known_on: date | None = None
    revision: int | None = None
    since: date | None = None
    since_round: Round | None = None
    only_changed: bool = False
    issues: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    said: QuerySet[Demand] | None = None
    weights: Mapping[str, int] | None = None

    def on(self, *issues: str, parties: Iterable[str] = ()) -> "Question":
        """Return the same question of some issues and parties only."""
        return replace(self, issues=frozenset(issues), parties=frozenset(parties))


class RoundField(forms.ModelChoiceField):
    """A round that was held, by the number of its record; the error names those there are."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError:
            rounds = self.queryset.all()[:ROUNDS_NAMED] if self.queryset is not None else ()
            held = [f"{held.pk} ({held})" for held in rounds]
            none_such = _("There is no such round here.")
            if not held:
                raise forms.ValidationError(none_such) from None
            named = _("Rounds go by the number of their record: %(rounds)s.")
            message = f"{none_such} {named % {'rounds': ', '.join(held)}}"
            raise forms.ValidationError(message) from None


def _round_field(label) -> RoundField:
    return RoundField(label=label, queryset=Round.objects.none(), required=False)


class QuestionForm(forms.Form):
    """The query of a comparison; ``question`` is what it asks once it is valid.

    A page that ``takes`` only some of the parameters reads those; the others are ``ignored``.
    """

    as_of = DayField(
        label=gettext_lazy("As of"),
        required=False,
        help_text=gettext_lazy("What had been said by the end of this day."),
    )
    as_of_round = _round_field(gettext_lazy("or after a round"))
    known_on = DayField(
        label=gettext_lazy("Known on"),
        required=False,
        help_text=gettext_lazy("Only what a source had published by the end of this day."),
    )
    revision = forms.IntegerField(
        label=gettext_lazy("Revision"),
        required=False,
        min_value=1,
        max_value=2**62,
        help_text=gettext_lazy("Our records as they stood then, mistakes included."),
    )
    since = DayField(
        label=gettext_lazy("Since"),
        required=False,
        help_text=gettext_lazy("Movement is told from the end of this day."),
    )
    since_round = _round_field(gettext_lazy("or since a round"))
    only = forms.ChoiceField(
        label=gettext_lazy("Only what changed since"),
        choices=[(CHANGED, gettext_lazy("only what changed"))],
        required=False,
    )

    data: QueryDict

    def __init__(
        self,
        data: QueryDict,
        *,
        negotiation: Negotiation,
        request,
        takes: Collection[str] = (*PARAMETERS, *LAYOUT),
    ):
        read, self.takes = data.copy(), takes
        self.ignored = tuple(name for name in data if name not in takes)
        for name in self.ignored:
            del read[name]
        super().__init__(read)
        self.negotiation, self.request = negotiation, request
        rounds = Round.objects.visible_to(request.user).filter(
            negotiation=negotiation, held__isnull=False
        )
        for name in ("as_of_round", "since_round"):
            self.fields[name].queryset = rounds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for day, held in (("as_of", "as_of_round"), ("since", "since_round")):
            named = cleaned.get(held)
            if named and cleaned.get(day) and cleaned[day] != last_day(named):
                self.add_error(day, _("Give a day or a round, not both."))
        cleaned["weights"] = self._weights()
        self._check_since(cleaned)
        newest = self.negotiation.revision
        if (cleaned.get("revision") or 0) > newest:
            self.add_error("revision", _("The newest revision is %(newest)s.") % {"newest": newest})
        try:
            cleaned["said"] = self._said(cleaned)
        except ValidationError as error:
            for name, messages in dict(error.detail).items():  # type: ignore[arg-type]
                self._tell(name, *map(str, messages))
        return cleaned

    def _tell(self, name: str, *messages: str) -> None:
        """Refuse a parameter that is no field of the form, in the words of its first fault."""
        self.errors.setdefault(name, self.error_class(list(messages)))

    def _check_since(self, cleaned) -> None:
        since, as_of = self._day("since"), self._day("as_of") or timezone.localdate()
        if since and since > as_of:
            name = "since" if cleaned.get("since") else "since_round"
            self.add_error(name, _("Movement is told from an earlier day than the one shown."))

    def _said(self, cleaned) -> QuerySet[Demand] | None:
        """The demands that fit what is asked of them; ``ValidationError`` for what cannot be."""
        asked = QueryDict(mutable=True)
        for name in SAID:
            if any(self.data.getlist(name)):
                asked.setlist(name, [text for text in self.data.getlist(name) if text])
        if not asked:
            return None
        asked["negotiation"] = self.negotiation.slug
        if cleaned.get("known_on"):
            asked["known_on"] = cleaned["known_on"].isoformat()
        rows = Demand.objects.visible_to(self.request.user).filter(negotiation=self.negotiation)
        said = SaidFilters(asked, rows, request=self.request)
        if not said.is_valid():
            raise ValidationError(said.errors)
        return said.qs

    def _weights(self) -> dict[str, int]:
        """Whole numbers from 0 to 10, by the code of the issue: ``weight=ceasefire:3``."""
        weights = {}
        for text in filter(None, self.data.getlist("weight")):
            code, _colon, number = text.rpartition(":")
            if not (code and number.isascii() and number.isdecimal() and int(number[:4]) <= 10):
                self._tell("weight", _("Write the issue’s code, a colon and a number up to 10."))
                continue
            weights[code] = int(number)
        return weights

    def _day(self, name: str) -> date | None:
        held = self.cleaned_data.get(f"{name}_round")
        return last_day(held) if held else self.cleaned_data.get(name)

    @property
    def question(self) -> Question:
        """Return what is asked; only of a form that is valid."""
        asked = self.cleaned_data
        return Question(
            as_of=self._day("as_of") or timezone.localdate(),
            round=asked.get("as_of_round"),
            known_on=asked.get("known_on"),
            revision=asked.get("revision"),
            since=self._day("since"),
            since_round=asked.get("since_round"),
            only_changed=asked.get("only") == CHANGED,
            issues=frozenset(filter(None, self.data.getlist("issue"))),
            parties=frozenset(filter(None, self.data.getlist("party"))),
            said=asked["said"],
            weights=asked["weights"],
        )

    def knows(self, issues: Iterable[Issue], parties: Iterable[Party]) -> bool:
        """Whether all codes that were asked for are of these; what is wrong becomes an error."""
        known = {"issue": {issue.code for issue in issues}, "party": {p.code for p in parties}}
        named = {name: self.given.get(name, ()) for name in PLACES}
        named["weight"] = [text.rpartition(":")[0] for text in self.given.get("weight", ())]
        known["weight"] = set(known["issue"])
        known["issue"].add(OVERALL)
        for name, codes in named.items():
            if unknown := sorted(set(codes) - known[name]):
                none_such = _("There is no “%(code)s” here.")
                self._tell(name, *(none_such % {"code": code} for code in unknown))
        return not self.errors

    @property
    def takes_since(self) -> bool:
        return "since" in self.takes

    @property
    def query(self) -> str:
        """Return what was given that means something, for an address."""
        return urlencode(self.given, doseq=True)

    @property
    def errors_elsewhere(self) -> list[tuple[str, list[str]]]:
        """Return what is wrong with parameters that are no field here, by their names."""
        return [
            (n, list(map(str, told))) for n, told in self.errors.items() if n not in self.fields
        ]

    @property
    def given(self) -> dict[str, list[str]]:
        """Return the parameters that were given and mean something here, as they were typed."""
        found = {name: [t for t in self.data.getlist(name) if t] for name in PARAMETERS}
        return {name: texts for name, texts in found.items() if texts}


def day_text(day: date) -> str:
    """Return a day as pages write it."""
    return ranges.date_text(ranges.day(day))
