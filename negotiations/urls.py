from allauth.account import views as account
from django.urls import path

from negotiations import views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
]
