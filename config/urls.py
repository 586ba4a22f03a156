from django.urls import include, path

urlpatterns = [
    path("", include("negotiations.urls")),
    path("", include("positions.urls")),
]
