from django.urls import path

from positions.views import setup as views

urlpatterns = [
    path("", views.setup, name="setup"),
    path("settings/", views.setup_settings, name="setup-settings"),
    path("parties/", views.setup_parties, name="setup-parties"),
    path("people/", views.setup_people, name="setup-people"),
    path("tracks/", views.setup_tracks, name="setup-tracks"),
    path("issues/", views.setup_issues, name="setup-issues"),
    path("<slug:kind>/<int:pk>/move/", views.setup_move, name="setup-move"),
]
