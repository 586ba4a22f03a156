"""The addresses of imports: sending a table, seeing what becomes of it, undoing it."""

from django.urls import path

from positions.views import imports as views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.import_new, name="import-new"),
    path("templates/<slug:kind>.<slug:form>", views.import_template, name="import-template"),
    path("<uuid:pk>/", views.import_page, name="import"),
    path("<uuid:pk>/match/", views.import_match, name="import-match"),
    path("<uuid:pk>/record/", views.import_record, name="import-record"),
    path("<uuid:pk>/undo/", views.import_undo, name="import-undo"),
]
