"""The second step: setting it up, turning it off, and the recovery codes."""

from allauth.account import views as account
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import codes
from accounts.models import User
from config.resend import signed_in

#: Where somebody was going who was led to set it up first.
FOLLOWING = "after_second_step"


@signed_in
@never_cache
@require_safe
def second_step(request):
    """Tell whether it is set up, and lead to what can be done about it."""
    context = {"codes": len(codes.unused_recovery_codes(request.user)), **_duty(request.user)}
    return render(request, "mfa/index.html", context)


def _duty(user: User) -> dict[str, bool]:
    """Return whether ``user`` has to have a second step, and whether nobody has to, here."""
    manages = user.memberships.filter(role="manager").exists()
    return {"manages": manages, "owes": manages and not user.may_manage}


class SetUp(totp.ActivateTOTPView):
    """The secret as a picture and as text, and the first code from it."""

    def get(self, request, *args, **kwargs):
        following = request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(following, {request.get_host()}):
            request.session[FOLLOWING] = following
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        svg = context["totp_svg"]
        # Ours, and made of numbers alone: no declaration may stand inside a page.
        context["picture"] = mark_safe(svg[svg.index("<svg") :])
        secret = context["form"].secret
        context["secret"] = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
        return {**context, **_duty(self.request.user)}

    def form_valid(self, form):
        response = super().form_valid(form)
        codes.note_use(self.request.user, form.step)
        return response


class RecoveryCodes(recovery.ViewRecoveryCodesView):
    """The codes that still work; and the way on for whoever was led here from elsewhere."""

    def get_context_data(self, **kwargs):
        following = self.request.session.pop(FOLLOWING, "")
        return super().get_context_data(following=following, **kwargs)


takes = require_http_methods(["GET", "HEAD", "POST"])
set_up = signed_in(takes(never_cache(SetUp.as_view())))
turn_off = signed_in(never_cache(totp.DeactivateTOTPView.as_view()))
recovery_codes = signed_in(require_safe(never_cache(RecoveryCodes.as_view())))
new_recovery_codes = signed_in(never_cache(recovery.GenerateRecoveryCodesView.as_view()))
recovery_codes_file = signed_in(never_cache(recovery.DownloadRecoveryCodesView.as_view()))
sign_in_code = never_cache(base.AuthenticateView.as_view())
prove_by_code = signed_in(never_cache(base.ReauthenticateView.as_view()))
prove_by_password = signed_in(never_cache(account.ReauthenticateView.as_view()))
