"""What a comparison was narrowed to, in words, each with the address that leaves it out again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.models import Negotiation, Party
from positions.filters import OVERALL
from positions.footing import Footing
from positions.matrix import Comparison
from positions.models import Demand, Evidence, Issue
from positions.question import CHANGED, ONLY, PLACES, SAID, Question, QuestionForm
from positions.sourcechoices import told_apart

LABELS = {
    "issue": gettext_lazy("Issue"),
    "party": gettext_lazy("Party"),
    "round": gettext_lazy("Said in"),
    "track": gettext_lazy("Track"),
    "kind": gettext_lazy("Kind"),
    "firmness": gettext_lazy("Firmness"),
    "authority": gettext_lazy("At least"),
    "source": gettext_lazy("Source"),
    "rests_on": gettext_lazy("Rests only on"),
    "words": gettext_lazy("Words"),
    "only": gettext_lazy("Movement"),
}


@dataclass(frozen=True)
class Narrowing:
    """One thing asked for; ``without`` is the query that leaves it out, question mark and all."""

    label: str
    text: str
    without: str


@dataclass(frozen=True)
class Option:
    """What may be asked for, and whether it is."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Menu:
    """The options of one parameter."""

    name: str
    label: str
    options: tuple[Option, ...]


class Shown(Protocol):
    """What is built for a question: what it shows, and what one might have asked for."""

    @property
    def negotiation(self) -> Negotiation: ...
    @property
    def question(self) -> Question: ...
    @property
    def every_issue(self) -> Sequence[Issue]: ...
    @property
    def every_party(self) -> Sequence[Party]: ...


def narrowings(asked: QuestionForm, shown: Shown) -> tuple[Narrowing, ...]:
    """Return what was asked for of rows, columns and what is said, in the order of the form."""
    names = _places(shown)
    if isinstance(shown, Comparison):
        names |= _names(shown)
    return tuple(
        Narrowing(
            str(LABELS[name]), str(names[name].get(text, text)), _without(asked.data, name, text)
        )
        for name in (*PLACES, *SAID, *ONLY)
        for text in asked.given.get(name, ())
    )


def menus(asked: QuestionForm, comparison: Comparison) -> dict[str, Menu]:
    """Return what may be asked for, by the name of the parameter; no menu of a single track."""
    names = _places(comparison) | _names(comparison)
    if len(comparison.tracks) < 2:
        names["track"] = {}
    return {
        name: Menu(
            name,
            str(LABELS[name]),
            tuple(
                Option(value, str(label), value in asked.given.get(name, ()))
                for value, label in known.items()
            ),
        )
        for name, known in names.items()
    }


def everything(asked: QuestionForm) -> str:
    """Return the query without any narrowing, question mark and all."""
    rest = asked.data.copy()
    for name in (*PLACES, *SAID, *ONLY):
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


def _places(shown: Shown) -> dict[str, Mapping[str, object]]:
    issues = {issue.code: issue.name for issue in shown.every_issue}
    return {
        "issue": {OVERALL: _("Overall"), **issues},
        "party": {party.code: party.name for party in shown.every_party},
    }


def _names(comparison: Comparison) -> dict[str, Mapping[str, object]]:
    return {
        "round": {str(held.pk): held for held in comparison.rounds},
        "track": {str(track.pk): track for track in comparison.tracks},
        "kind": dict(Demand.Kind.choices),
        "firmness": dict(Demand.Firmness.choices),
        "authority": dict(Evidence.Basis.choices),
        "source": {str(pk): text for pk, text in told_apart(comparison.cited).items()},
        "rests_on": dict(Footing.choices),
        "words": {},
        "only": {CHANGED: _("only what changed")},
    }


def _without(query: QueryDict, name: str, text: str) -> str:
    rest = query.copy()
    rest.setlist(name, [each for each in query.getlist(name) if each != text])
    return f"?{rest.urlencode()}"
