"""Which records stand at a date, as far as one could know by another.

``as_of`` always means: at the end of that day. ``known_on`` means: by what was published by the end
of that day, and everything where it is None.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import JSONObject

from negotiations.among import Among, written
from negotiations.querysets import ContentQuerySet, ScopedQuerySet


def by_end_of(field: str, day: date) -> Q:
    """Return the condition that the latest day of a date range is not after ``day``."""
    return Q(**{f"{field}__endswith__lte": day + timedelta(days=1)})


def not_by_end_of(field: str, day: date) -> Q:
    """Return the opposite; a range without a last day, or none at all, is not over by any day."""
    return (
        Q(**{f"{field}__isnull": True})
        | Q(**{f"{field}__upper_inf": True})
        | Q(**{f"{field}__endswith__gt": day + timedelta(days=1)})
    )


def _table(model: str) -> str:
    return apps.get_model("positions", model)._meta.db_table


class IsLive(Func):
    """Whether the numbered record stands at a day, or something that restates it does."""

    function = "public.positions_record_stands"
    output_field = models.BooleanField()

    def __init__(self, record: str, day: date, known_on: date | None):
        days = (Value(each, output_field=models.DateField()) for each in (day, known_on))
        super().__init__(F(record), *days)


class Supersedes(Func):
    """Whether a demand supersedes the numbered one, directly or with others in between."""

    output_field = models.BooleanField()

    def __init__(self, newer: str, older: OuterRef):
        super().__init__(F(newer), older)

    def as_sql(self, compiler, connection, *_args, **_context):
        (newer, ones), (older, others) = map(compiler.compile, self.get_source_expressions())
        table = _table("Demand")
        line = (
            f"WITH RECURSIVE line AS (SELECT id FROM {table} WHERE supersedes_id = {older} UNION"
            f" SELECT d.id FROM {table} d JOIN line ON d.supersedes_id = line.id)"
        )
        return f"{newer} = ANY (ARRAY({line} SELECT id FROM line))", (*ones, *others)


class Steps(Func):
    """The way back from a demand: a JSON list of what superseded what, and how that was coded."""

    output_field = models.JSONField()
    template = (
        "(WITH RECURSIVE line AS (SELECT d.id, d.supersedes_id, d.movement, 1 AS step"
        " FROM %(table)s d WHERE d.id = %(expressions)s UNION ALL"
        " SELECT d.id, d.supersedes_id, d.movement, line.step + 1"
        " FROM %(table)s d JOIN line ON d.id = line.supersedes_id)"
        " SELECT COALESCE(jsonb_agg(jsonb_build_array(id, supersedes_id, movement) ORDER BY step),"
        " '[]') FROM line WHERE supersedes_id IS NOT NULL)"
    )

    def __init__(self):
        super().__init__(F("pk"), table=_table("Demand"))


def published_evidence(known_on: date | None = None):
    """Return the published evidence; with ``known_on`` only from sources published by then."""
    rows = apps.get_model("positions", "Evidence").objects.published()
    return rows.filter(by_end_of("source__published", known_on)) if known_on else rows


class CodebookQuerySet(ScopedQuerySet):
    def offered(self, *kept):
        """Return what a form offers: what is not retired, and ``kept``, numbers that stand there.

        ``kept`` may be a query of numbers.
        """
        open_to_all = Q(retired__isnull=True)
        return self.filter(reduce(or_, (Q(pk__in=each) for each in kept), open_to_all))


class SourcedQuerySet(ContentQuerySet):
    """Records that have evidence."""

    def known_on(self, day: date | None):
        """Return what some source published by the end of ``day`` speaks to; all if it is None."""
        if day is None:
            return self
        return self.filter(Exists(published_evidence(day).filter(record=OuterRef("pk"))))


class PartQuerySet(ContentQuerySet):
    """What hangs on a record and may have evidence of its own."""

    def known_on(self, day: date | None):
        """Return what was published by the end of ``day``.

        What has no evidence of its own was published with its record.
        """
        if day is None:
            return self
        own = published_evidence().filter(record=OuterRef("pk"))
        by_then = published_evidence(day).filter(record=OuterRef("pk"))
        return self.filter(~Exists(own) | Exists(by_then))


class EvidenceQuerySet(ContentQuerySet):
    def known_on(self, day: date | None):
        """Return the evidence from sources published by the end of ``day``; all if it is None."""
        return self.filter(by_end_of("source__published", day)) if day else self


class ProposalQuerySet(PartQuerySet):
    def tabled_by(self, day: date):
        """Return what had been tabled by the end of ``day``."""
        return self.filter(by_end_of("tabled", day))


class OutcomeQuerySet(SourcedQuerySet):
    def current(self, as_of: date, known_on: date | None = None):
        """Return published outcomes reached by then, not ended and not superseded by then."""
        reached = self.published().known_on(known_on).filter(by_end_of("reached", as_of))
        newer = (
            type(self)(self.model)
            .published()
            .known_on(known_on)
            .filter(by_end_of("reached", as_of), supersedes=OuterRef("pk"))
        )
        return reached.filter(~Exists(newer)).filter(not_by_end_of("ended", as_of))


class SilenceQuerySet(SourcedQuerySet):
    def noted_by(self, day: date):
        """Return the silences for which somebody had looked by the end of ``day``."""
        return self.filter(by_end_of("looked_until", day))

    def unanswered(self, as_of: date, known_on: date | None = None):
        """Return those that the party has not ended by an answer stated by then.

        Where the silence is about a record, only an answer to that record ends it; else anything
        the party says on the issue after somebody last looked.
        """
        said = (
            apps.get_model("positions", "DemandHolder")
            .objects.filter(by_end_of("demand__stated", as_of), demand__state="published")
            .filter(party=OuterRef("party"))
            .of_known(known_on)
        )
        answered = said.filter(demand__answers=OuterRef("about"))
        spoke_since = said.filter(
            demand__issue=OuterRef("issue"),
            demand__stated__endswith__gt=OuterRef("looked_until__endswith"),
        )
        return self.filter(
            Q(about__isnull=False) & ~Exists(answered)
            | Q(about__isnull=True) & ~Exists(spoke_since)
        )


class DemandHolderQuerySet(ScopedQuerySet):
    def of_known(self, day: date | None):
        """Return the holders of demands that some source published by ``day`` speaks to."""
        if day is None:
            return self
        return self.filter(Exists(published_evidence(day).filter(record=OuterRef("demand"))))

    def remaining(self, as_of: date, known_on: date | None = None):
        """Return the holders for whom no demand stated by then supersedes theirs.

        Somebody who left a joint demand may come back to what has superseded it since.
        """
        newer = (
            type(self)(self.model)
            .filter(
                by_end_of("demand__stated", as_of),
                demand__state="published",
                party=OuterRef("party"),
            )
            .of_known(known_on)
        )
        superseded = apps.get_model("positions", "Demand").objects.filter(
            supersedes=OuterRef("demand")
        )
        further = newer.filter(Supersedes("demand", OuterRef("demand")))
        # In this order, since to walk costs most: only from what others have superseded.
        return self.filter(
            Case(
                When(Exists(newer.filter(demand__supersedes=OuterRef("demand"))), then=False),
                When(Exists(superseded), then=~Exists(further)),
                default=True,
                output_field=models.BooleanField(),
            )
        )


class DemandQuerySet(SourcedQuerySet):
    def stated_by(self, day: date):
        """Return the demands stated by the end of ``day``."""
        return self.filter(by_end_of("stated", day))

    def current(self, as_of: date, known_on: date | None = None):
        """Return the published demands that stand at the end of ``as_of``.

        Stated by then; not superseded by then, for one holder at least, nor with their proposal;
        not ended by then; an answer only while its target stands, or what restates the target.
        """
        holders = self._holders().filter(demand=OuterRef("pk"))
        newer = (
            type(self)(self.model)
            .published()
            .known_on(known_on)
            .stated_by(as_of)
            .filter(supersedes=OuterRef("pk"))
        )
        newer_paper = (
            apps.get_model("positions", "Proposal")
            .objects.published()
            .known_on(known_on)
            .tabled_by(as_of)
            .filter(supersedes=OuterRef("clause__proposal"))
        )
        remaining = Exists(holders.remaining(as_of, known_on))
        return (
            self.published()
            .known_on(known_on)
            .stated_by(as_of)
            .filter(not_by_end_of("ended", as_of))
            .filter(remaining | ~Exists(holders) & ~Exists(newer))
            .filter(Q(clause__isnull=True) | ~Exists(newer_paper))
            .filter(Q(answers__isnull=True) | Q(IsLive("answers", as_of, known_on)))
        )

    def standing_on(self, days: Collection[date], known_on: date | None = None):
        """Return the published demands that stand at the end of any of the days."""
        return self.filter(reduce(or_, (self._stands(day, known_on) for day in days)))

    def with_holding(self, days: Collection[date], known_on: date | None = None):
        """Annotate ``holding``: by the day as in ISO 8601, the numbers of those who hold it then.

        For a day on which it does not stand it is None.
        """
        held = {
            day.isoformat(): Case(
                When(
                    self._stands(day, known_on),
                    then=ArraySubquery(self._remaining(day, known_on)),
                ),
                output_field=ArrayField(models.BigIntegerField()),
            )
            for day in days
        }
        return self.annotate(holding=JSONObject(**held))

    def with_steps(self):
        """Annotate ``steps``: each demand that leads here, what it supersedes, and its coding.

        The newest comes first. All of them are published, since what supersedes them is.
        """
        return self.annotate(steps=Steps())

    def held_by(self, party_code: str):
        """Return the demands that the party holds, alone or with others."""
        held = self._holders().filter(demand=OuterRef("pk"), party__code=party_code)
        return self.filter(Exists(held))

    def _stands(self, day: date, known_on: date | None) -> Q:
        rows = written(
            ("standing", day, known_on), lambda: type(self)(self.model).current(day, known_on)
        )
        return Q(Among("pk", rows))

    def _remaining(self, day: date, known_on: date | None):
        held = self._holders().filter(demand=OuterRef("pk"))
        return held.remaining(day, known_on).values("party")

    @staticmethod
    def _holders():
        return apps.get_model("positions", "DemandHolder").objects.all()
