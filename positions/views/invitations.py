"""What a link leads to: joining, with an account one has or with a new one."""

from http import HTTPStatus

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import SignupView
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.emailforms import have_confirmed
from negotiations.invitations import join
from negotiations.models import Invitation, Membership, Negotiation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, key):
    """Say what one is invited to; POST joins. Links that open nothing any more say only that."""
    found = _found(key)
    negotiation = _subject(found)
    own = Membership.objects.none()
    if request.user.is_authenticated:
        own = Membership.objects.filter(negotiation=negotiation, user=request.user)
    # Who has joined by it opens it again, to find the way.
    is_open = found.is_open and not found.has_let_in(request.user)
    if not is_open and not own.exists():
        return _closed(request, found)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            join(found, user=request.user)
        except ValidationError as error:
            if error.code != "member":
                return _closed(request, _found(key))
            messages.info(request, " ".join(error.messages))
        else:
            messages.success(request, _welcome(negotiation))
        return redirect("overview", slug=negotiation.slug)
    context = {"invitation": found, "subject": negotiation, "key": key, "own": own.first()}
    return render(request, "positions/invitation.html", context)


class InvitedSignup(SignupView):
    """A new account for whoever has a link that is open; it joins at once."""

    template_name = "account/signup.html"
    http_method_names = ("get", "head", "post")

    def dispatch(self, request, *args, **kwargs):
        if request.method.lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)
        found = _found(kwargs["key"])
        if request.user.is_authenticated:
            return redirect("invitation", key=kwargs["key"])
        if not found.is_open:
            return _closed(request, found)
        # The adapter lets nobody else sign up.
        request.invitation = found
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        found = self.request.invitation
        subject = _subject(found)
        more = {"invitation": found, "subject": subject, "key": self.kwargs["key"]}
        return {**super().get_context_data(**kwargs), **more}

    def get_success_url(self):
        return reverse("overview", args=[_subject(self.request.invitation).slug])

    def form_valid(self, form):
        """Make the account and the membership, or neither."""
        try:
            with transaction.atomic():
                answer = super().form_valid(form)
                join(self.request.invitation, user=self.user)
        except ValidationError:
            # Somebody else was quicker; whoever has just been signed in is nobody again.
            self.request.session.flush()
            return _closed(self.request, _found(self.kwargs["key"]))
        # Whoever has just chosen a password has shown who they are.
        record_authentication(
            self.request, self.user, "password", username=self.user.get_username()
        )
        negotiation = _subject(self.request.invitation)
        messages.success(self.request, _welcome(negotiation))
        if address := form.cleaned_data.get("mail"):
            have_confirmed(self.request, self.user, address)
        return answer


def _found(key: str) -> Invitation:
    found = Invitation.objects.of_key(key).select_related("user").first()
    if found is None:
        raise Http404
    return found


def _subject(found: Invitation) -> Negotiation:
    """Return what a link is to: whoever has it may know, be it for members only."""
    return Negotiation.objects.get(pk=found.subject)


def _closed(request, found: Invitation):
    again = found.is_open and found.has_let_in(request.user)
    context = {"standing": "again" if again else found.standing.value}
    return render(request, "positions/invitation_closed.html", context, status=HTTPStatus.GONE)


def _welcome(negotiation: Negotiation) -> str:
    return _("Welcome: you have joined “%(title)s”.") % {"title": negotiation.title}
