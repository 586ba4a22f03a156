"""One's own account: who one is, and the keys of one's programs."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DeletionForm, TokenForm
from accounts.models import ApiToken
from config.resend import signed_in
from negotiations.leaving import delete_account, managed_alone


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    """Show who is signed in and their tokens; a new token's key stands in the answer, once."""
    is_posted = request.method == "POST"
    form = TokenForm(request.POST if is_posted else None)
    if is_posted and form.is_valid():
        key = ApiToken.issue(user=request.user, **form.cleaned_data)
        return render(request, "accounts/new_token.html", {"key": key, **form.cleaned_data})
    tokens = ApiToken.objects.visible_to(request.user)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "tokens": tokens}
    return render(request, "accounts/account.html", context, status=status)


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
