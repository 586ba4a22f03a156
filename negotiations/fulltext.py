"""Finding records by words: the index on each table, what somebody types, and marking what hit.

English and Russian words are found by their stems (PostgreSQL's ``russian`` configuration stems
Latin letters as English). No stemmer knows Ukrainian, so a Cyrillic word is also found by prefix,
less its ending, among the words as they were written.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _

#: No more of a record's text is searched, nor looked at for the words that hit.
LONGEST = 100_000

TYPED = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
APOSTROPHES = re.compile("['’ʼ]")
CYRILLIC = re.compile("[а-яёєіїґ'’ʼ]+", re.IGNORECASE)
UKRAINIAN = re.compile("[єіїґ'’ʼ]", re.IGNORECASE)
VOWELS = "аеєиіїоуюяьй"
#: What words of one stem differ in, longest first: "-ими", "-ів", "-ою", "-и".
ENDINGS = [re.compile(f"[{VOWELS}]*[вгмх]?[{VOWELS}]*$"), re.compile(f"[{VOWELS}]*$")]
#: How much of a word must be left: more where it may be Russian, which has its stems.
SHORTEST_UKRAINIAN, SHORTEST = 3, 5

STRETCHES = 'MaxFragments=2, MaxWords=35, MinWords=12, FragmentDelimiter=" … "'
START, STOP = "\x02", "\x03"
MARKED = re.compile(f"{START}([^{START}{STOP}]*){STOP}")


class SearchVector(Func):
    """The words of some fields of a row, and a word that stands for its negotiation.

    With that word, one index finds the words of one negotiation among those of all. ``lists`` are
    fields that hold lists of texts.
    """

    function = "public.negotiations_search_vector"
    output_field = SearchVectorField()

    def __init__(self, *texts: str, lists: Sequence[str] = ()):
        array = Func(*texts, template="ARRAY[%(expressions)s]::text[]", output_field=_TEXTS)
        joined = Func(
            array, *lists, template="%(expressions)s", arg_joiner=" || ", output_field=_TEXTS
        )
        super().__init__(F("negotiation"), joined)


_TEXTS: ArrayField = ArrayField(models.TextField())


def search_index(name: str, *texts: str, lists: Sequence[str] = ()) -> GinIndex:
    """Return the index by which rows are found by the words of these fields."""
    return GinIndex(SearchVector(*texts, lists=lists), name=f"{name}_words")


def vector_of(model: type[models.Model]) -> SearchVector:
    """Return the expression that the model's search index holds."""
    vectors = (e for index in model._meta.indexes for e in index.expressions)
    return next(vector for vector in vectors if isinstance(vector, SearchVector))


class Query(Func):
    """A search query in PostgreSQL's own notation."""

    template = "%(expressions)s::tsquery"
    output_field = SearchQueryField()

    def __init__(self, notation: str):
        super().__init__(Value(notation))


class Matches(Func):
    """Whether a vector matches a query."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = models.BooleanField()


class Rank(Func):
    """How well a vector matches a query; long texts have no advantage."""

    function = "ts_rank"
    template = "%(function)s(%(expressions)s, 1)"
    output_field = models.FloatField()


@dataclass(frozen=True)
class Words:
    """What somebody looks for, in PostgreSQL's notation."""

    notation: str

    @property
    def query(self) -> Query:
        return Query(self.notation)

    def inside(self, negotiation: models.Model | None) -> Query:
        """Return the query for these words in one negotiation; in all if it is None."""
        if negotiation is None:
            return self.query
        return Query(f"'§{negotiation.pk}' & ({self.notation})")


@dataclass(frozen=True)
class Part:
    """A stretch of text that hit, or one between such."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class _Term:
    text: str
    is_phrase: bool
    is_unwanted: bool


def read_words(typed: str) -> Words:
    """Return what ``typed`` looks for: words, "exact phrases", -unwanted ones, one or another.

    Raises ``ValidationError`` where nothing is left to look for.
    """
    ways = list(_ways(typed))
    terms = [term for way in ways for term in way]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT phraseto_tsquery('pg_catalog.russian', term)::text"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS typed (term, place) ORDER BY place",
            [[term.text for term in terms]],
        )
        stems = {term: stem for term, (stem,) in zip(terms, cursor.fetchall(), strict=True)}
    notations = []
    for way in ways:
        found = [term for term in way if stems[term]]
        if found and all(term.is_unwanted for term in found):
            raise ValidationError(
                _("Say what to find as well: a word with a minus only leaves records out.")
            )
        if found:
            notations.append(" & ".join(_notation(term, stems[term]) for term in found))
    if not notations:
        raise ValidationError(
            _("These words stand in nearly every text. Type a word that says what it is about.")
        )
    return Words(" | ".join(f"({notation})" for notation in notations))


def _ways(typed: str) -> Iterator[list[_Term]]:
    """Yield the terms on either side of each "or"."""
    way: list[_Term] = []
    for match in TYPED.finditer(typed):
        text = match["phrase"] if match["word"] is None else match["word"]
        if match["word"] and not match["minus"] and text.casefold() == "or":
            yield way
            way = []
        else:
            way.append(_Term(text, match["word"] is None, bool(match["minus"])))
    yield way


def _notation(term: _Term, stem: str) -> str:
    prefix = "" if term.is_phrase else _prefix(term.text)
    either = f"({stem} | {prefix})" if prefix else f"({stem})"
    return f"!{either}" if term.is_unwanted else either


def _prefix(word: str) -> str:
    """Return a query for the words that begin as a Cyrillic word does; empty for any other."""
    if not CYRILLIC.fullmatch(word):
        return ""
    *firsts, last = [part for part in APOSTROPHES.split(word.lower()) if part] or [""]
    shortest = SHORTEST_UKRAINIAN if UKRAINIAN.search(word) else SHORTEST
    stems = (ending.sub("", last) for ending in ENDINGS)
    last = next((stem for stem in stems if len("".join([*firsts, stem])) >= shortest), last)
    parts = [part for part in [*firsts, last] if part]
    if len("".join(parts)) < SHORTEST_UKRAINIAN:
        return ""
    return "(" + " <-> ".join(f"'{part}'" for part in parts) + ":*)"


def marked(texts: Sequence[str], words: Words, *, whole: bool) -> list[tuple[Part, ...]]:
    """Return each text in parts: the ``whole`` of it, or only the stretches that hit."""
    shown = "HighlightAll=true" if whole else STRETCHES
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ts_headline(config, body, query, %s)
              FROM (SELECT %s::tsquery AS query) q,
                   unnest(%s::text[]) WITH ORDINALITY AS given (body, place),
                   LATERAL (SELECT CASE
                     WHEN to_tsvector('pg_catalog.russian', body) @@ query THEN 'pg_catalog.russian'
                     ELSE 'pg_catalog.simple' END::regconfig AS config) c
             ORDER BY place
            """,
            [
                f'StartSel="{START}", StopSel="{STOP}", {shown}',
                words.notation,
                [text[:LONGEST] for text in texts],
            ],
        )
        return [tuple(_parts(headline)) for (headline,) in cursor.fetchall()]


def _parts(headline: str) -> Iterator[Part]:
    for place, text in enumerate(MARKED.split(headline)):
        text = text.replace(START, "").replace(STOP, "")
        if text:
            yield Part(text, is_hit=place % 2 == 1)
