"""The small forms on a round's page: what becomes of it, and who sits there."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
from negotiations.forms import OperationErrors, RangeTextField
from negotiations.models import Delegate, Party, Person, Round
from negotiations.operations import edit
from negotiations.rounds import cancel_round, hold_round, postpone_round, seat_delegate
from positions.pendingedits import kept_where_reviewed
from positions.personfield import PersonField
from positions.writingform import WritingForm


class StatusForm(WritingForm):
    """What becomes of a round. Each subclass is one act, in the words of its address.

    The status is none of the fields that one types in: sending the form sets it. Where somebody
    else set another meanwhile, it is chosen like any other field.
    """

    title: ClassVar[Any]
    operation: ClassVar[Callable[..., Round]]
    sets: ClassVar[str]
    tells: ClassVar[tuple[str, ...]] = ("status",)
    set_by_itself = frozenset({"status"})
    #: What the reason is called: why it was put off, but only a note where nothing needs one.
    why: ClassVar[Any] = _("Why")
    version = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.ChoiceField(
        label=_("Status"), choices=Round.Status.choices, widget=forms.HiddenInput
    )

    def __init__(self, data=None, *, record: Round, user):
        self.options = {"record": record, "user": user}
        self.record, self.round, self.user = record, record, user
        self.negotiation = record.negotiation
        self.dom_id = f"form-{type(self).__name__.lower()}"
        if data is not None and "status" not in data:
            data = data.copy()
            data["status"] = self.sets
        initial = {"version": self.version_at(record), "status": record.status}
        super().__init__(data, initial=initial, auto_id=f"{self.dom_id}-%s")
        self.fields["reason"].label = self.why
        for name in ("held", "planned"):
            if name in self.fields:
                self.fields[name].read = partial(ranges.parse_times, zone=record.time_zone)
                self.fields[name].show = partial(ranges.times_text, zone=record.time_zone)
        self.remember_first_shown(self.tells)

    @property
    def first_status(self) -> str:
        """The status that the round had when the form was opened, as a hidden field."""
        return self["status"].as_hidden(only_initial=True)

    def save(self) -> Round:
        """Record it. Raises ``ValidationError``, and ``Conflict`` where somebody was quicker.

        Where another status than the act's was chosen, only the other fields are edited. What
        readers see changes once that is approved, where the negotiation asks for review.
        """
        fields = dict(self.cleaned_data)
        status = fields.pop("status")
        shared = {"user": self.user, "version": fields.pop("version")}

        def act(record: Round, **options) -> Round:
            if status != self.sets:
                return edit(record, **options, status=status)
            return type(self).operation(round=record, **options)

        return kept_where_reviewed(act)(self.record, **shared, **fields)


def _times(label) -> RangeTextField:
    return RangeTextField(
        read=None,
        show=None,
        label=label,
        help_text=_("2 June 2025, 14:43–15:57, in the venue’s own time; or only the day"),
    )


class HoldForm(StatusForm):
    """It was held."""

    title = _("This round was held")
    operation = staticmethod(hold_round)
    sets = Round.Status.HELD
    tells = ("status", "held", "duration", "venue")
    held = _times(_("When"))
    venue = forms.CharField(label=_("Where"), required=False, max_length=300)
    duration = RangeTextField(
        label=_("How long, in minutes"),
        read=ranges.parse_quantity,
        show=ranges.quantity_text,
        help_text=_("74, 60–75, at least 61"),
        required=False,
    )
    field_order = ("held", "duration", "venue", "reason")
    why = _("Note to this entry")

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.initial["held"] = self.round.held or self.round.planned
        self.initial["venue"] = self.round.venue
        self.initial["duration"] = self.round.duration


class PostponeForm(StatusForm):
    """It was put off, to another time or to none yet."""

    title = _("This round is postponed")
    operation = staticmethod(postpone_round)
    sets = Round.Status.POSTPONED
    tells = ("status", "planned")
    planned = _times(_("Now planned for"))
    field_order = ("planned", "reason")

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.fields["planned"].required = False


class CancelForm(StatusForm):
    """It will not be held."""

    title = _("This round is cancelled")
    operation = staticmethod(cancel_round)
    sets = Round.Status.CANCELLED


ACTS: dict[str, type[StatusForm]] = {
    "hold": HoldForm,
    "postpone": PostponeForm,
    "cancel": CancelForm,
}


class SeatForm(OperationErrors, forms.Form):
    """One person of a delegation; Enter takes them and waits for the next."""

    main_field = "person"

    person = PersonField(label=_("Name"), required=True)
    capacity = forms.CharField(label=_("In what capacity"), required=False, max_length=300)
    is_head = forms.BooleanField(label=_("heads the delegation"), required=False)
    stayed_away = forms.BooleanField(label=_("stayed away"), required=False)

    def __init__(self, data=None, *, round: Round, user, party: Party, copy: str = ""):
        self.round, self.user, self.party = round, user, party
        self.dom_id = "-".join(part for part in ("seat", party.code, copy) if part)
        super().__init__(data, auto_id=f"id-{self.dom_id}-%s")
        people = Person.objects.visible_to(user).filter(negotiation=round.negotiation_id)
        self.fields["person"].offer(people)
        self.fields["person"].widget.attrs["autocomplete"] = "off"

    def save(self) -> Delegate:
        """Seat the person, who may be a new one. Raises ``ValidationError``."""
        data = self.cleaned_data
        held = self.round.status == Round.Status.HELD
        return seat_delegate(
            user=self.user,
            round=self.round,
            party=self.party,
            person=data["person"],
            capacity=data["capacity"],
            is_head=data["is_head"] or None,
            attended=False if data["stayed_away"] else held or None,
        )
