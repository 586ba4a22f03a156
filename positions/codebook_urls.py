from django.urls import path

from positions.views import codebook as views

urlpatterns = [
    path("", views.codebook, name="codebook"),
    path("import/", views.codebook_import, name="codebook-import"),
    path("issue/<int:pk>/split/", views.codebook_split, name="codebook-split"),
    path("<slug:kind>/<int:pk>/", views.codebook_part, name="codebook-part"),
    path("<slug:kind>/<int:pk>/merge/", views.codebook_merge, name="codebook-merge"),
    path("<slug:kind>/<int:pk>/retire/", views.codebook_retire, name="codebook-retire"),
]
