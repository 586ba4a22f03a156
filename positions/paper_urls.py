from django.urls import path

from positions.views.proposals import (
    clause_act,
    clause_attach,
    clause_carry,
    clause_new,
    clause_paste,
    clause_restore,
    clause_silent,
    proposal,
    proposal_version,
)

urlpatterns = [
    path("proposals/<int:pk>/", proposal, name="proposal"),
    path("proposals/<int:pk>/clauses/", clause_new, name="clause-new"),
    path("proposals/<int:pk>/paste/", clause_paste, name="clause-paste"),
    path("proposals/<int:pk>/restore/", clause_restore, name="clause-restore"),
    path("proposals/<int:pk>/version/", proposal_version, name="proposal-version"),
    path("clauses/<int:pk>/act/", clause_act, name="clause-act"),
    path("clauses/<int:pk>/attach/", clause_attach, name="clause-attach"),
    path("clauses/<int:pk>/carry/", clause_carry, name="clause-carry"),
    path("clauses/<int:pk>/silent/", clause_silent, name="clause-silent"),
]
