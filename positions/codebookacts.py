"""The last thing that was done to a codebook, so that it can be undone."""

from negotiations.models import Changeset, History, Negotiation
from positions.models import Issue, Term, TermChoice, TermValueChoice

CODEBOOK = [model._meta.db_table for model in (Issue, Term, TermChoice)]
#: What an act on the codebook may add and take away.
ADDED = [*CODEBOOK, TermValueChoice._meta.db_table]


def last_act(*, negotiation: Negotiation, user) -> Changeset | None:
    """Return the changeset that touched the codebook last, to those who write.

    None where there is none, and where it did more than that: what recorded or removed anything
    else, such as setting a negotiation up, is no act on the codebook.
    """
    mine = History.objects.filter(negotiation=negotiation.pk)
    newest = mine.filter(table_name__in=CODEBOOK).order_by("-pk").values("changeset")[:1]
    act = (
        Changeset.objects.visible_to(user)
        .filter(negotiation=negotiation.pk, pk__in=newest)
        .select_related("negotiation")
        .first()
    )
    if act is None:
        return None
    others = mine.filter(changeset=act.pk).exclude(table_name__in=ADDED)
    return None if others.exclude(operation="U").exists() else act
