from django.urls import include, path

from positions import views
from positions.views.setup import negotiation_new

urlpatterns = [
    path("new/", negotiation_new, name="negotiation-new"),
    path("<slug:slug>/setup/", include("positions.setup_urls")),
    path("<slug:slug>/codebook/", include("positions.codebook_urls")),
    path("<slug:slug>/", views.overview, name="overview"),
    path("<slug:slug>/compare/", views.comparison, name="comparison"),
    path("<slug:slug>/compare/briefing/", views.briefing, name="briefing"),
    path("<slug:slug>/everything/", views.everything, name="everything"),
    path("<slug:slug>/exports/<uuid:pk>/", views.export, name="export"),
    path("<slug:slug>/exports/<uuid:pk>/file/", views.export_file, name="export-file"),
    path("<slug:slug>/conditions/", views.conditions, name="conditions"),
    path("<slug:slug>/movement/", views.movement, name="movement"),
    path("<slug:slug>/issues/", views.issues, name="issues"),
    path("<slug:slug>/issues/<slug:code>/", views.issue, name="issue"),
    path("<slug:slug>/rounds/", views.rounds, name="rounds"),
    path("<slug:slug>/rounds/<int:pk>/", include("positions.round_urls")),
    path("<slug:slug>/proposals/", views.proposals, name="proposals"),
    path("<slug:slug>/answers/", views.answers, name="answers"),
    path("<slug:slug>/claims/", views.claims, name="claims"),
    path("<slug:slug>/", include("positions.paper_urls")),
    path("<slug:slug>/sources/", views.sources, name="sources"),
    path("<slug:slug>/sources/<int:pk>/", views.source, name="source"),
    path("<slug:slug>/evidence/", views.evidence, name="evidence"),
<<<<<<< HEAD
    path("<slug:slug>/sources/", include("positions.intake_urls")),
=======
    path("<slug:slug>/sources/<int:pk>/read/", views.source_read, name="source-read"),
    path(
        "<slug:slug>/sources/<int:pk>/read/<slug:kind>/",
        views.source_capture,
        name="source-capture",
    ),
    path("<slug:slug>/anchors/<int:pk>/", views.anchor_place, name="anchor-place"),
>>>>>>> reading
    path("<slug:slug>/demands/new/", views.demand_new, name="demand-new"),
    path("<slug:slug>/demands/<int:pk>/edit/", views.demand_edit, name="demand-edit"),
    path("<slug:slug>/silences/new/", views.silence_new, name="silence-new"),
    path("<slug:slug>/records/<int:pk>/", views.record, name="record"),
    path("<slug:slug>/records/<int:pk>/edit/", views.record_edit, name="record-edit"),
    path("<slug:slug>/records/<int:pk>/state/", views.record_state, name="record-state"),
    path("<slug:slug>/new/<slug:kind>/", views.record_new, name="record-new"),
    path("<slug:slug>/search/", views.search, name="search"),
    path("<slug:slug>/changes/", views.changes, name="changes"),
    path("<slug:slug>/unsaved/", views.keep_unsaved, name="unsaved"),
]
