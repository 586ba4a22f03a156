"""One's own account: who one is, the keys of one's programs, where one is signed in."""

from http import HTTPStatus

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import letters, limits, passwordforms, sessions, signing
from accounts.addresses import counted_address
from accounts.forms import DeletionForm, ForgottenForm, TokenForm
from accounts.models import ApiToken, User
from accounts.passwords import strength, told
from accounts.throttling import refusal
from config.resend import signed_in
from negotiations.leaving import delete_account, managed_alone


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    """Show who is signed in and their tokens; a new token's key stands in the answer, once."""
    is_posted = request.method == "POST"
    negotiations = _negotiations().visible_to(request.user)
    form = TokenForm(request.POST if is_posted else None, negotiations=negotiations)
    if is_posted and form.is_valid():
        key = ApiToken.issue(user=request.user, **form.cleaned_data)
        return render(request, "accounts/new_token.html", {"key": key, **form.cleaned_data})
    tokens = ApiToken.objects.visible_to(request.user).select_related("negotiation")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "form": form,
        "tokens": tokens,
        "is_demo": not settings.SECOND_STEP_REQUIRED,
        "memberships": request.user.memberships.select_related("negotiation").order_by(
            "negotiation__title", "pk"
        ),
    }
    return render(request, "accounts/account.html", context, status=status)


def _negotiations():
    return apps.get_model("negotiations", "Negotiation").objects.order_by("title", "pk")


@signed_in
@require_POST
def revoke_token(request, pk):
    """Revoke one of one's own tokens."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    token.revoke()
    messages.success(
        request, _("“%(name)s” is revoked; it opens nothing any more.") % {"name": token}
    )
    return redirect("account")


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request):
    """Delete one's own account, with the password; what stands in the way is told first."""
    is_posted = request.method == "POST"
    form = DeletionForm(request.POST if is_posted else None, user=request.user)
    if is_posted and form.is_valid():
        try:
            delete_account(request.user, user=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            name = request.user.get_username()
            logout(request)
            return render(request, "accounts/deleted.html", {"name": name})
    context = {
        "form": form,
        "alone": managed_alone(request.user),
        "runs_the_site_alone": request.user.runs_the_site_alone,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/delete.html", context, status=status)


@signed_in
@never_cache
@require_safe
def session_list(request):
    """Show where one is signed in."""
    listed = sessions.sessions_of(request.user)
    return render(request, "accounts/sessions.html", {"sessions": listed})


@signed_in
@require_POST
def end_session(request, pk):
    """Sign one of one's other browsers out."""
    session = get_object_or_404(sessions.others_of(request), pk=pk)
    sessions.end([session])
    messages.success(request, _("That session is ended."))
    return redirect("sessions")


@signed_in
@require_POST
def end_other_sessions(request):
    """Sign all one's other browsers out."""
    sessions.end(sessions.others_of(request))
    messages.success(request, _("All your other sessions are ended."))
    return redirect("sessions")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request):
    """Have a link to a new password sent; the answer is the same whatever the address is."""
    can_send = bool(settings.EMAIL_HOST)
    is_posted = request.method == "POST" and can_send
    form = ForgottenForm(request.POST if is_posted else None)
    if is_posted and form.is_valid() and _may_ask(request, form):
        site = request.build_absolute_uri("/").removesuffix("/")
        letters.ask_for_letter(form.cleaned_data["email"], site)
        return redirect(f"{request.path}?sent")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "form": form,
        "can_send": can_send,
        "is_sent": "sent" in request.GET and not is_posted,
        "contact": settings.CONTACT,
    }
    return render(request, "accounts/forgotten.html", context, status=status)


def _may_ask(request, form) -> bool:
    """Whether too many have not asked yet, from here or for that address; else the form says so."""
    counts = {
        "reset address": counted_address(request),
        "reset account": form.cleaned_data["email"].casefold(),
    }
    for name, who in counts.items():
        if refused := refusal(request, limits.spend(name, who)):
            form.add_error(None, refused.words)
            return False
    return True


class ChoosePassword(PasswordResetConfirmView):
    """A new password by a link that was sent or given out."""

    template_name = "accounts/choose_password.html"
    form_class = passwordforms.ChoosePassword
    success_url = reverse_lazy("account_login")

    def form_valid(self, form):
        response = super().form_valid(form)
        assert isinstance(form.user, User)
        # The link is a proof that no stranger has: the account opens, and knows this browser.
        signing.open_account(form.user.get_username())
        signing.remember(self.request, response, form.user.get_username())
        sessions.end(UserSession.objects.filter(user=form.user))
        self.request.session["chosen"] = strength(form.cleaned_data["new_password1"], form.user)
        return response


choose_password = require_http_methods(["GET", "HEAD", "POST"])(ChoosePassword.as_view())


@never_cache
@sensitive_post_parameters()
@require_POST
def password_strength(request):
    """Answer how strong a password is that somebody is typing; it is kept and noted nowhere."""
    verdict = limits.spend("strength address", counted_address(request))
    if refused := refusal(request, verdict):
        return JsonResponse({"words": refused.words}, status=HTTPStatus.TOO_MANY_REQUESTS)
    typed = passwordforms.Typed(request.POST)
    if not typed.is_valid():
        words = " ".join(str(error) for errors in typed.errors.values() for error in errors)
        return JsonResponse({"words": words}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JsonResponse({"words": told(typed.cleaned_data["password"], typed.user(request))})
