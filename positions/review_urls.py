"""Addresses of review: the queue, a record in it, an edit to take back."""

from django.urls import path

from positions.views import review as views

urlpatterns = [
    path("", views.review, name="review"),
    path("drafts/", views.review_drafts, name="review-drafts"),
    path("<int:pk>/", views.review_record, name="review-record"),
    path("edits/<int:pk>/withdraw/", views.review_withdraw, name="review-withdraw"),
]
