"""The forms of the reading pane: those of every page, begun with a passage of a source."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from negotiations import ranges
from negotiations.models import Round, Source
from negotiations.texts import normal
from positions.anchors import Anchor, however_set, pasted
from positions.days import last_day
from positions.drafting import ANSWER, Drafted, day_name, drafted, gives_values, terms_drafted
from positions.evidencefields import EVIDENCE
from positions.forms import DemandForm
from positions.models import Issue
from positions.proposed import is_as_proposed, known_of, proposals_for
from positions.proposing import Proposals
from positions.recordforms import WitnessedForm

#: Of the evidence, what stands first in the pane: whose words they are.
SPOKEN = ("quote", "translation", "speaker", "capacity", "basis")


@dataclass(frozen=True)
class Capture:
    """A passage of a source that somebody records something from; without places it is pasted."""

    source: Source
    user: Any
    kind: str
    start: int | None = None
    end: int | None = None
    round: Round | None = None

    @cached_property
    def known(self):
        return known_of(self.source.negotiation, self.user)

    @cached_property
    def found(self) -> Proposals:
        if self.start is None or self.end is None:
            return Proposals()
        return proposals_for(self.source, self.start, self.end, self.known)

    @cached_property
    def drafted(self) -> Drafted:
        return drafted(self.found, self.kind, self.known)

    @cached_property
    def codes(self) -> dict[str, str]:
        """The codes of the terms by their keys."""
        return {term.key: term.code for term in self.known.terms}

    def of_terms(self, issue: str, answer: str) -> Drafted:
        """What was read for the terms of an issue, by their keys, where it is what is wanted."""
        wanted = gives_values(self.found, self.kind, answer)
        return terms_drafted(self.found, issue if wanted else "", self.known)

    @property
    def quote(self) -> str:
        return "" if self.start is None else self.source.text[self.start : self.end]

    @cached_property
    def day(self) -> tuple[str, str]:
        """A likely day where the passage names none, and whose it is; two empty texts if none.

        It is that of the round, if that was over when the source was published, else the source's.
        """
        published, held = self.source.published, self.round
        if held and (held.held or held.planned):
            day = last_day(held)
            if not published or day <= (ranges.latest(published) or day):
                return ranges.date_text(ranges.day(day)), _("the day of the round")
        return (ranges.date_text(published), _("the day of the source")) if published else ("", "")

    def first_values(self) -> dict[str, Any]:
        """What the fields hold that all the forms share."""
        return {
            "round": self.round.pk if self.round else None,
            **({day_name(self.kind): self.day[0]} if self.day[0] else {}),
            **self.drafted.values,
            "source": self.source.pk,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
        }


class CaptureFields(forms.Form):
    """What places a quote in the text of the one source that the form is of."""

    capture: Capture
    #: The fields that still hold what is proposed.
    marked: frozenset[str] = frozenset()

    start = forms.IntegerField(widget=forms.HiddenInput, required=False)
    end = forms.IntegerField(widget=forms.HiddenInput, required=False)
    before = forms.CharField(
        label=gettext_lazy("Words right before them"),
        required=False,
        max_length=500,
        strip=False,
        help_text=gettext_lazy("only where the words stand more than once in the text"),
    )

    def prepare(self) -> None:
        """Fix the source, and say in which language its words are."""
        self.fields["source"].widget = forms.HiddenInput()
        self.say_language()
        self.fields["quote"].help_text = _("copied from the text, word for word")

    def say_language(self) -> None:
        """Give the fields that take words of the source its language."""
        language = self.capture.source.language
        for name in ("quote", "before"):
            self.fields[name].widget.attrs |= {"dir": "auto"} | (
                {"lang": language} if language else {}
            )

    def mark_proposed(self, drafted: Drafted) -> None:
        """Say beside each value that is still as proposed which words it was read from."""
        for name, why in drafted.reasons.items():
            if name not in self.fields or not is_as_proposed(self[name], drafted.values[name]):
                continue
            lang = self.capture.source.language
            words = format_html(
                "{} <q{}>{}</q>",
                _("read from"),
                format_html(' lang="{}"', lang) if lang else "",
                " ".join(why.words.split()),
            )
            self._mark(name, words)

    def mark_day(self) -> None:
        """Say beside a day that the passage does not name whose day it is."""
        name, (day, whose) = day_name(self.capture.kind), self.capture.day
        if day and name not in self.marked and is_as_proposed(self[name], day):
            self._mark(name, whose)

    def _mark(self, name: str, words: str) -> None:
        self.marked |= {name}
        said = format_html('<span class="proposed"><b>{}</b>: {}</span>', _("proposed"), words)
        helps = [said, *filter(None, [self.fields[name].help_text])]
        # A field that was looked at already keeps its own copy.
        self[name].help_text = self.fields[name].help_text = format_html_join(
            " ", "{}", ([each] for each in helps)
        )

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if "quote" in self.errors:
            return cleaned
        quote, text = normal(cleaned.get("quote") or ""), self.capture.source.text
        start, end = cleaned.get("start"), cleaned.get("end")
        if not quote:
            cleaned["start"] = cleaned["end"] = None
        elif start is None or end is None or text[start:end] != quote:
            anchors = places_of(text, quote, cleaned.get("before") or "")
            if len(anchors) == 1:
                cleaned |= {"quote": anchors[0].quote}
                cleaned |= {"start": anchors[0].start, "end": anchors[0].end}
            else:
                self.add_error("quote", where_else(len(anchors)))
        return cleaned

    def evidence(self) -> list[dict]:
        """Return the row of evidence with the place of its words."""
        placed = {name: self.cleaned_data[name] for name in ("start", "end")}
        return [{**row, **placed} for row in super().evidence()]  # type: ignore[misc]

    @property
    def also(self):
        """What else was read and has no field here."""
        return self.capture.drafted.also


def places_of(text: str, quote: str, before: str = "") -> list[Anchor]:
    """Return where pasted words stand in a text; those before them may tell which is meant."""
    anchors = pasted(text, normal(quote))
    words = normal(before).split()
    if len(anchors) < 2 or not words:
        return anchors
    # As much of the text before as those words may take, whatever space is between them.
    return [each for each in anchors if _ends_in(text[: each.start], words)]


def _ends_in(text: str, words: list[str]) -> bool:
    # One more than asked for: the first of them may be the end of a longer word.
    said = text[-4 * (sum(map(len, words)) + len(words)) :].split()
    return re.search(rf"{however_set(' '.join(words))}\Z", " ".join(said)) is not None


def where_else(count: int) -> str:
    """Return why words that stand ``count`` times in a text are not placed."""
    if not count:
        return _("These words do not stand in the text of the source. Copy them from there.")
    return ngettext(
        "These words stand %(count)s time in the text.",
        "These words stand %(count)s times in the text. Copy more of them, or give the words "
        "right before the place that is meant.",
        count,
    ) % {"count": count}


class IssueOrOverallField(forms.ModelChoiceField):
    """An issue or the talks as a whole, which have to be chosen as well."""

    OVERALL = "overall"

    class iterator(ModelChoiceIterator):
        """The choices, that of the whole before the issues."""

        def __iter__(self):
            empty, *issues = super().__iter__()
            yield empty
            yield IssueOrOverallField.OVERALL, _("Overall: the talks as a whole")
            yield from issues

    def clean(self, value):
        return None if value == self.OVERALL else super().clean(value)


class CaptureDemandForm(CaptureFields, DemandForm):
    """A demand or an answer, from a passage."""

    issue = IssueOrOverallField(
        label=gettext_lazy("Issue"),
        queryset=Issue.objects.none(),
        empty_label=gettext_lazy("— choose, or Overall"),
        error_messages={"required": gettext_lazy("Choose the issue, or Overall.")},
    )

    def __init__(self, data=None, *, capture: Capture, **options):
        self.capture = capture
        if data is not None and "more" in data:
            data = self._with_terms(data)
        super().__init__(data, asks_issue=True, **options)
        self.options["capture"] = capture
        self.prepare()
        self.mark_proposed(capture.drafted)
        self.mark_proposed(self._of_terms())
        self.mark_day()

    @property
    def is_answer(self) -> bool:
        return self.capture.kind == ANSWER

    def _place(self, issue) -> str:
        return f"capture-{self.capture.kind}"

    def _first(self, issue, last_source) -> dict:
        first = super()._first(issue, last_source)
        values = {
            **first,
            "kind": "" if self.is_answer else "demand",
            **self.capture.first_values(),
        }
        self.follows_source = False
        return values

    def offer_terms(self, terms, values, data, more) -> None:
        super().offer_terms(terms, values, data, more)
        for name, value in self._of_terms().values.items():
            self.fields[name].initial = value

    def _of_terms(self) -> Drafted:
        """What was read for the terms of the issue that is chosen, by the names of their fields."""
        issue = str(self.of_issue.pk) if self.of_issue else ""
        names = {str(term.pk): f"term_{term.code}" for term in self.terms}
        read = self.capture.of_terms(issue, str(self["answer"].value() or ""))
        return Drafted(
            {names[key]: value for key, value in read.values.items()},
            {names[key]: why for key, why in read.reasons.items()},
        )

    def _with_terms(self, data):
        """What a browser sent when another issue was chosen, with what was read for its terms."""
        filled = data.copy()
        read = self.capture.of_terms(data.get("issue", ""), data.get("answer", ""))
        for key, value in read.values.items():
            name = f"term_{self.capture.codes[key]}"
            if name not in data:
                filled.setlist(name, value if isinstance(value, list) else [value])
        return filled

    @property
    def line_fields(self):
        names = ("answer", "answers") if self.is_answer else ("kind",)
        return self._bound((*names, "text", "stated", "round", *SPOKEN))

    @property
    def source_fields(self):
        return []

    @property
    def evidence_fields(self):
        return self._bound((*(n for n in EVIDENCE if n not in SPOKEN), "before"))

    @property
    def statement_fields(self):
        first = {field.name for field in self.line_fields}
        return [field for field in super().statement_fields if field.name not in first]

    @property
    def answer_fields(self):
        first = {field.name for field in self.line_fields}
        return [field for field in super().answer_fields if field.name not in first]

    @property
    def more_open(self) -> bool:
        """Whether what was read stands there, too, or has to be looked at."""
        read = any(row.value.value() for row in self.term_rows)
        first = {field.name for field in (*self.line_fields, *self.who_fields)}
        return read or bool((set(self.errors) | self.marked) - first)


class CaptureRecordForm(CaptureFields, WitnessedForm):
    """An outcome or an event, from a passage."""

    def __init__(self, data=None, *, capture: Capture, **options):
        self.capture = capture
        super().__init__(data, kind=capture.kind, presets=capture.first_values(), **options)
        self.options["capture"] = capture
        self.prepare()
        first = capture.first_values()
        names = (*SPOKEN, "source", "start", "end")
        read = {name: first[name] for name in names if first.get(name) is not None}
        self.initial = {**(self.initial or {}), **read}
        for name in self.layout.first:
            if self.fields[name].required:
                helps = [_("needed to save"), *filter(None, [self.fields[name].help_text])]
                self.fields[name].help_text = "; ".join(map(str, helps))
        self.mark_proposed(capture.drafted)
        self.mark_day()

    def _ids(self, initial) -> str:
        self.dom_id = f"form-capture-{self.capture.kind}"
        return f"id_capture-{self.capture.kind}_%s"

    @property
    def first_fields(self):
        return [*super().first_fields, *(self[name] for name in SPOKEN)]

    @property
    def source_fields(self):
        return []

    @property
    def evidence_fields(self):
        return [self[name] for name in (*(n for n in EVIDENCE if n not in SPOKEN), "before")]

    @property
    def more_open(self) -> bool:
        first = {field.name for field in self.first_fields}
        return bool((set(self.errors) | self.marked) - first - {"__all__"})
