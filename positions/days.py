"""Which day a comparison is asked for: by a date, by a round, or today."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from negotiations.forms import DayField
from negotiations.models import Round


class DayForm(forms.Form):
    """The query of the comparison: a day or a round, and which rows and columns."""

    as_of = DayField(label=_("As of"), required=False)
    round = forms.ModelChoiceField(
        label=_("Round"),
        queryset=Round.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("There is no such round here.")},
    )

    def __init__(self, data, *, negotiation, user):
        super().__init__(data)
        self.fields["round"].queryset = Round.objects.visible_to(user).filter(
            negotiation=negotiation, held__isnull=False
        )

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        held = cleaned.get("round")
        if held and cleaned.get("as_of") and cleaned["as_of"] != last_day(held):
            self.add_error("as_of", _("Give a day or a round, not both."))
        return cleaned

    @property
    def day(self) -> date:
        """Return the day asked for: the round's last, the day itself, or today."""
        held, as_of = self.cleaned_data.get("round"), self.cleaned_data.get("as_of")
        if held:
            return last_day(held)
        return as_of or timezone.localdate()


def last_day(held: Round) -> date:
    """Return the last day of a round, held or else planned, in the time its venue keeps."""
    span = held.held or held.planned
    last = span.upper - timedelta(minutes=1) if span.upper else span.lower
    return last.astimezone(ZoneInfo(held.time_zone)).date()
