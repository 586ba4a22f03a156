from allauth.account import views as account
from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import path, reverse_lazy

from accounts import views
from config.resend import signed_in

urlpatterns = [
    path("", views.account, name="account"),
    path("delete/", views.delete, name="account-delete"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="token-revoke"),
    path("password/", signed_in(account.password_change), name="account_change_password"),
    path("password/set/", signed_in(account.password_set), name="account_set_password"),
    path(
        "password/<uidb64>/<token>/",
        PasswordResetConfirmView.as_view(
            template_name="accounts/choose_password.html", success_url=reverse_lazy("account_login")
        ),
        name="password-choose",
    ),
]
