"""Addresses of bringing a text in, below those of a negotiation's sources."""

from django.urls import path

from positions.views import intake

urlpatterns = [
    path("new/", intake.source_new, name="source-new"),
    path("new/description/", intake.source_check, name="source-describe"),
    path("new/<uuid:intake>/", intake.source_check, name="source-check"),
    path("<int:pk>/text/", intake.source_text, name="source-text"),
    path("<int:pk>/text/<uuid:intake>/", intake.source_text_check, name="source-text-check"),
    path("<int:pk>/text/<int:revision>/", intake.source_text_version, name="source-text-version"),
]
