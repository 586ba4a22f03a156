from csp.decorators import csp_update
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from config.api_views import NotHere, SchemaView
from negotiations.api_changes import ChangesView
from positions.api import COLLECTIONS, ComparisonView
from positions.api_agreement import AgreementView
from positions.api_answers import AnswersView, ClaimsView
from positions.api_codebook import CodebookView
from positions.api_comments import CommentViewSet
from positions.api_conditions import ConditionsView
from positions.api_movement import MovementView
from positions.api_review import ReviewView
from positions.api_search import SearchView

app_name = "api"

router = SimpleRouter()
for name, view in COLLECTIONS.items():
    router.register(name, view)
# Talk about records, and no records themselves: they are in no table of everything.
router.register("comments", CommentViewSet)

docs = SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    # Swagger's own style sheet holds its icons as data.
    path("docs/", csp_update({"img-src": ["data:"]})(docs), name="docs"),
    path(
        "negotiations/<slug:slug>/comparison/",
        ComparisonView.as_view(),
        name="comparison",
    ),
    path("negotiations/<slug:slug>/agreement/", AgreementView.as_view(), name="agreement"),
    path("negotiations/<slug:slug>/answers/", AnswersView.as_view(), name="answers"),
    path("negotiations/<slug:slug>/claims/", ClaimsView.as_view(), name="claims"),
    path("negotiations/<slug:slug>/codebook/", CodebookView.as_view(), name="codebook"),
    path(
        "negotiations/<slug:slug>/conditions/",
        ConditionsView.as_view(),
        name="conditions",
    ),
    path(
        "negotiations/<slug:slug>/movement/",
        MovementView.as_view(),
        name="movement",
    ),
    path("changes/", ChangesView.as_view(), name="changes"),
    path("review/<int:pk>/", ReviewView.as_view(), name="review"),
    path("search/", SearchView.as_view(), name="search"),
    path("", include(router.urls)),
    re_path("", NotHere.as_view(), name="not-here"),
]
