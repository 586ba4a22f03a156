"""Addresses of one source: bringing its text in, correcting it, reading it to record from it."""

from django.urls import path

from positions import views
from positions.views import intake

urlpatterns = [
    path("new/", intake.source_new, name="source-new"),
    path("new/description/", intake.source_check, name="source-describe"),
    path("new/<uuid:intake>/", intake.source_check, name="source-check"),
    path("<int:pk>/text/", intake.source_text, name="source-text"),
    path("<int:pk>/text/<uuid:intake>/", intake.source_text_check, name="source-text-check"),
    path("<int:pk>/text/<int:revision>/", intake.source_text_version, name="source-text-version"),
    path("<int:pk>/read/", views.source_read, name="source-read"),
    path("<int:pk>/read/<slug:kind>/", views.source_capture, name="source-capture"),
]
