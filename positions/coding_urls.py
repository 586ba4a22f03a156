"""Addresses of double coding."""

from django.urls import path

from positions.views import coding as views

urlpatterns = [
    path("", views.codings, name="codings"),
    path("ask/<int:pk>/", views.coding_ask, name="coding-ask"),
    path("<int:pk>/", views.coding, name="coding"),
    path("<int:pk>/code/", views.coding_code, name="coding-code"),
    path("<int:pk>/settle/", views.coding_settle, name="coding-settle"),
]
