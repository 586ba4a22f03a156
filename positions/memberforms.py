"""The forms of the members' page: somebody by name, and a link for whoever has it."""

from datetime import timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.widgets import DayInput
from negotiations.forms import OperationErrors
from negotiations.invitations import MOST_DAYS
from negotiations.models import Invitation, Membership

USUAL_DAYS = timedelta(days=14)


class MemberForm(OperationErrors, forms.Form):
    """Somebody with an account, by the name they sign in with, and their role."""

    name = forms.CharField(label=_("User name"), max_length=150)
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role, initial=Membership.Role.EDITOR
    )
    #: Of the membership as it was seen; nothing where somebody is added.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        member = get_user_model().objects.filter(username__iexact=name, is_active=True).first()
        if member is None:
            raise forms.ValidationError(
                _("Nobody here signs in as “%(name)s”; ask for the name they sign in with.")
                % {"name": name}
            )
        return member


class InvitationForm(OperationErrors, forms.Form):
    """A new link: for whom, to which role, until when, for how many."""

    prefix = "invite"
    note = forms.CharField(
        label=_("For whom"),
        max_length=200,
        required=False,
        help_text=_("Only you and other managers see it: a name, or “the fact-checkers”."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Invitation.Role, initial="editor")
    last_day = forms.DateField(label=_("Last day"), widget=DayInput(), input_formats=["%Y-%m-%d"])
    several = forms.TypedChoiceField(
        label=_("Who may use it"),
        choices=[
            ("", _("one person: it is used up by whoever joins first")),
            ("several", _("several people: whoever has it, until the last day")),
        ],
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data=None):
        super().__init__(
            data, initial={"last_day": timezone.localdate() + USUAL_DAYS, "several": ""}
        )

    def clean_several(self) -> bool:
        return bool(self.cleaned_data["several"])

    def clean_last_day(self):
        day, today = self.cleaned_data["last_day"], timezone.localdate()
        if day < today:
            raise forms.ValidationError(_("That day has passed; choose a later one."))
        if day > today + timedelta(days=MOST_DAYS):
            raise forms.ValidationError(
                _("Choose a day within the next %(most)s days.") % {"most": MOST_DAYS}
            )
        return day
