"""Which rows there are for whom. Every query of a page or the API starts with ``visible_to``."""

import hashlib

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now

from negotiations.among import Among, written
from negotiations.fulltext import Matches, Words, vector_of


def digest_of(key: str) -> str:
    """Return the hex SHA-256 under which the key of an invitation's link is stored."""
    return hashlib.sha256(key.encode()).hexdigest()


class _Revision(models.Func):
    """The revision of a negotiation's head, 0 without one; every page asks for it."""

    template = (
        "COALESCE((SELECT head.revision FROM %(table)s head"
        " WHERE head.negotiation_id = %(expressions)s), 0)"
    )
    output_field = models.BigIntegerField()

    def __init__(self):
        table = apps.get_model("negotiations", "Head")._meta.db_table
        super().__init__(models.F("pk"), table=table)


class NegotiationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the public negotiations and those of which ``user`` is a member."""
        public = Q(visibility="public")
        if not user.is_authenticated:
            return self.filter(public)
        seen = public | Q(pk__in=_memberships(user).values("negotiation"))
        return user.within(self.filter(seen))

    def joined_by(self, user):
        """Return the negotiations of which ``user`` is a member, in whatever role."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=_memberships(user).values("negotiation"))

    def read_in_full_by(self, user):
        """Return the negotiations whose drafts ``user`` sees: those in which they are editors.

        A token that only reads sees there what its user sees, and writes nothing.
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=_memberships(user).writing().values("negotiation"))

    def editable_by(self, user):
        """Return the negotiations whose records ``user`` may write."""
        if not user.is_authenticated or not user.may_write:
            return self.none()
        return self.read_in_full_by(user)

    def reviewable_by(self, user):
        """Return the negotiations in which ``user`` decides what is published."""
        if not user.is_authenticated or not user.may_write:
            return self.none()
        return self.filter(pk__in=_memberships(user).reviewing().values("negotiation"))

    def managed_by(self, user):
        """Return the negotiations whose settings and members ``user`` may change."""
        if not user.is_authenticated or not user.may_write:
            return self.none()
        return self.filter(pk__in=_memberships(user).managing().values("negotiation"))

    def with_revision(self):
        """Annotate ``current_revision``: how many changesets the negotiation has been through."""
        return self.annotate(current_revision=_Revision())

    def with_head(self):
        """Annotate ``current_revision``, and ``current_seal``: the hash of the chain's head."""
        head = apps.get_model("negotiations", "Head").objects.filter(negotiation=OuterRef("pk"))
        return self.with_revision().annotate(current_seal=Subquery(head.values("hash")))

    def with_latest_round(self):
        """Annotate ``latest_round``, the number of the last round held, as the public sees it."""
        held = apps.get_model("negotiations", "Round").objects.published()
        last = held.filter(negotiation=OuterRef("pk"), status="held").order_by("-held")
        return self.annotate(
            latest_round=Subquery(last.values("pk")[:1]),
            latest_round_title=Subquery(last.values("title")[:1]),
            latest_round_held=Subquery(last.values("held")[:1]),
            latest_round_zone=Subquery(last.values("time_zone")[:1]),
        )

    def with_counts(self):
        """Annotate ``issue_count`` and, of published demands, ``demand_count``."""
        published = apps.get_model("negotiations", "Record").objects.published()

        def count(kind):
            numbers = published.filter(negotiation=OuterRef("pk"), kind=kind).order_by()
            counted = numbers.values("negotiation").annotate(count=Count("pk")).values("count")
            return Coalesce(Subquery(counted), 0)

        return self.annotate(issue_count=count("issue"), demand_count=count("demand"))


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own memberships, and all of the negotiations that they manage."""
        if not user.is_authenticated:
            return self.none()
        own = _memberships(user)
        managed = own.managing().values("negotiation")
        return self.filter(Q(pk__in=own.values("pk")) | Q(negotiation__in=managed))

    def managing(self):
        """Return the memberships of those who change settings and members."""
        return self.filter(role="manager")

    def reviewing(self):
        """Return the memberships whose role approves records or sends them back."""
        return self.filter(role__in=["reviewer", "manager"])

    def writing(self):
        """Return the memberships whose role may write records."""
        return self.filter(role__in=["editor", "reviewer", "manager"])


class ChangesetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the sealed changesets of negotiations that ``user`` writes in.

        Who changed what, and why, tells of drafts too; readers see what was published instead.
        """
        own = _of("negotiation", "read_in_full_by", user)
        return self.filter(own, revision__isnull=False)


class HistoryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what was sealed of negotiations that ``user`` writes in, and published images.

        Of the latter only those of records that are still to be seen: what was retracted is not,
        nor what it had said before.
        """
        sealed = self.filter(changeset__revision__isnull=False)
        seen = sealed.filter(_of("negotiation", "visible_to", user))
        records = apps.get_model("negotiations", "Record").objects.visible_to(user)
        is_public = Q(data__state="published") | ~Q(data__has_key="state")
        published = is_public & Q(Exists(records.filter(pk=OuterRef("row_id"))))
        # Members, comments and lists have numbers of their own, which may be those of records.
        published &= Q(table_name__in=_numbered_tables())
        if not user.is_authenticated:
            return seen.filter(published)
        return seen.filter(published | Q(_of("negotiation", "read_in_full_by", user)))

    def of_record(self, record):
        """Return what was written of a record, of its parts, and of the lists of either."""
        own = {"negotiation": record.negotiation_id, "table_name": record.model._meta.db_table}
        parts = Q(data__has_key="record_id", data__record_id=record.pk)
        rows = Q(**own, row_id=record.pk) | Q(negotiation=record.negotiation_id) & parts
        return self.filter(rows)

    def newest_of_each_row(self):
        """Return what was sealed and after which nothing was written of the same row."""
        later = type(self)(self.model).filter(
            negotiation=OuterRef("negotiation"),
            table_name=OuterRef("table_name"),
            row_id=OuterRef("row_id"),
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(later), changeset__revision__isnull=False)

    def with_image_before(self):
        """Annotate ``before``: what the same row was before, None if it had not been there."""
        earlier = type(self)(self.model).filter(
            negotiation=OuterRef("negotiation"),
            table_name=OuterRef("table_name"),
            row_id=OuterRef("row_id"),
            pk__lt=OuterRef("pk"),
        )
        return self.annotate(before=Subquery(earlier.order_by("-pk").values("data")[:1]))

    def with_row_before(self):
        """Annotate ``before``, and ``before_id``: the number of the row of history it stands in."""
        earlier = type(self)(self.model).filter(
            negotiation=OuterRef("negotiation"),
            table_name=OuterRef("table_name"),
            row_id=OuterRef("row_id"),
            pk__lt=OuterRef("pk"),
        )
        before = Subquery(earlier.order_by("-pk").values("pk")[:1])
        return self.with_image_before().annotate(before_id=before)


class UnsavedFormQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what ``user`` has typed; nobody sees the typing of others."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def in_negotiation(self, negotiation):
        """Return the forms whose address lies below the negotiation's."""
        return self.filter(page__startswith=f"/{negotiation.slug}/")


class SendingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what ``user`` has sent; nobody is answered with what another was told."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class PresenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return who is at records of negotiations that ``user`` writes in."""
        numbers = apps.get_model("negotiations", "Record").objects.all()
        mine = numbers.filter(_of("negotiation", "editable_by", user))
        return self.filter(record__in=mine.values("pk"))


class UndoingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the undoings in negotiations whose changesets ``user`` sees."""
        return self.filter(_of("subject", "read_in_full_by", user))


class IntakeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what ``user`` has given; nobody sees the texts of others before they are saved."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what ``user`` has asked for, and what was asked for by nobody in particular.

        The latter is given to whoever knows its number. Whether one may see the negotiation, and
        what only editors see of it, is asked again where a file is given out.
        """
        anybody = Q(user=None)
        if not user.is_authenticated:
            return self.filter(anybody)
        return self.filter(anybody | Q(user=user))

    def kept(self):
        """Return those whose time is not up."""
        return self.filter(expires__gt=Now())

    def waiting(self):
        return self.filter(state="waiting")


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the imports into negotiations that ``user`` writes in."""
        return self.filter(_of("subject", "editable_by", user))

    def for_the_worker(self):
        """Return those that wait to be looked through or recorded."""
        return self.filter(state__in=["checking", "recording"])


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the invitations to negotiations that ``user`` manages."""
        return self.filter(_of("subject", "managed_by", user))

    def of_key(self, key: str):
        """Return the invitation that a link's key is of, whether it is open or not."""
        return self.filter(digest=digest_of(key))


class JoiningQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return who joined by links to negotiations that ``user`` manages."""
        return self.filter(_of("invitation__subject", "managed_by", user))


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the rows of negotiations that ``user`` may see."""
        return self.filter(_of("negotiation", "visible_to", user))

    def matching(self, words: Words, negotiation):
        """Return the rows of a negotiation in which the words stand; of models with an index."""
        return self.filter(Matches(vector_of(self.model), words.inside(negotiation)))


class ContentQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Return published rows, and those in any state where ``user`` writes."""
        return _published_or_own(super().visible_to(user), user)

    def published(self):
        return self.filter(state="published")


class RecordQuerySet(ContentQuerySet):
    """Numbers are seen as the records they stand for."""


def _published_or_own(rows, user):
    if not user.is_authenticated:
        return rows.filter(state="published")
    own = _of("negotiation", "read_in_full_by", user)
    return rows.filter(Q(state="published") | Q(own))


def _numbered_tables() -> list[str]:
    kinds = apps.get_model("negotiations", "Record").numbered_models()
    return [model._meta.db_table for model in kinds.values()]


def _of(column: str, name: str, user) -> Among:
    """Whether a column names one of the negotiations that the method ``name`` gives ``user``."""
    model = apps.get_model("negotiations", "Negotiation")
    reach = user.reach if user.is_authenticated else None
    return Among(column, written((name, reach), lambda: getattr(model.objects, name)(user)))


def _memberships(user):
    """Return the user's memberships, as far as the request came with the right to use them."""
    return user.in_force(apps.get_model("negotiations", "Membership").objects.filter(user=user))
