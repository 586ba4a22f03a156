"""Which changes are acts on a codebook, so that one's last can be undone from its page."""

from django.db.models import Exists, OuterRef, Q

from negotiations.models import History, Negotiation
from positions.models import Issue, Term, TermChoice, TermValueChoice

CODEBOOK = [model._meta.db_table for model in (Issue, Term, TermChoice)]
#: What an act on the codebook may add and take away.
ADDED = [*CODEBOOK, TermValueChoice._meta.db_table]


def acts_on_codebook(negotiation: Negotiation) -> Q:
    """Return the condition that a changeset touched the codebook and did no more than that.

    What recorded or removed anything else, such as setting a negotiation up, is no act on it.
    """
    mine = History.objects.filter(negotiation=negotiation.pk)
    touching = mine.filter(table_name__in=CODEBOOK).values("changeset")
    others = mine.filter(changeset=OuterRef("pk")).exclude(table_name__in=ADDED)
    return Q(pk__in=touching) & ~Q(Exists(others.exclude(operation="U")))
