"""The addresses of one round: its page, and what is written there."""

from django.urls import path

from positions.views.round import (
    round_again,
    round_line,
    round_page,
    round_paste,
    round_seat,
    round_silence,
    round_status,
)

urlpatterns = [
    path("", round_page, name="round"),
    path("line/<slug:party>/", round_line, name="round-line"),
    path("line/<slug:party>/paste/", round_paste, name="round-paste"),
    path("people/<slug:party>/", round_seat, name="round-seat"),
    path("status/<slug:act>/", round_status, name="round-status"),
    path("again/", round_again, name="round-again"),
    path("silence/", round_silence, name="round-silence"),
]
