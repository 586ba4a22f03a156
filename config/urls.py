from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.api_urls")),
    path("accounts/", include("accounts.urls")),
    path("", include("negotiations.urls")),
    path("", include("positions.urls")),
]

handler500 = "config.resend.failed"
