"""The addresses of a negotiation's members and invitations."""

from django.urls import path

from positions.views import members as views

urlpatterns = [
    path("", views.members, name="members"),
    path("leave/", views.members_leave, name="members-leave"),
    path("invitations/", views.invitation_new, name="invitation-new"),
    path("invitations/<int:pk>/revoke/", views.invitation_revoke, name="invitation-revoke"),
]
