from allauth.account import views as allauth
from django.urls import include, path

from accounts import emailviews, views
from accounts import stepviews as steps
from config.resend import signed_in

second_step = [
    path("", steps.second_step, name="mfa_index"),
    path("set-up/", steps.set_up, name="mfa_activate_totp"),
    path("turn-off/", steps.turn_off, name="mfa_deactivate_totp"),
    path("code/", steps.sign_in_code, name="mfa_authenticate"),
    path("again/", steps.prove_by_code, name="mfa_reauthenticate"),
    path("recovery-codes/", steps.recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", steps.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("recovery-codes/file/", steps.recovery_codes_file, name="mfa_download_recovery_codes"),
]

urlpatterns = [
    path("", views.account, name="account"),
    path("delete/", views.delete, name="account-delete"),
    path("email/", emailviews.address, name="account_email"),
    path("email/confirm/<str:key>/", emailviews.confirm, name="account_confirm_email"),
    path("again/", steps.prove_by_password, name="account_reauthenticate"),
    path("second-step/", include(second_step)),
    path("sessions/", views.session_list, name="sessions"),
    path("sessions/end/", views.end_other_sessions, name="sessions-end"),
    path("sessions/<int:pk>/end/", views.end_session, name="session-end"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="token-revoke"),
    path("password/", signed_in(allauth.password_change), name="account_change_password"),
    path("password/set/", signed_in(allauth.password_set), name="account_set_password"),
    path("password/strength/", views.password_strength, name="password-strength"),
    path("password/forgotten/", views.forgotten, name="account_reset_password"),
    path("password/<uidb64>/<token>/", views.choose_password, name="password-choose"),
]
