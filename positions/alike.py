"""Sources that have the same text as one that is being brought in, nearly the same, or its address.

What is compared are the texts of one negotiation that somebody may see, and of those the ones that
are about as long: so many of the latest, and no more letters than can be read in a moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Length

from negotiations.intake.likeness import lengths_alike, nearly_the_same
from negotiations.models import Negotiation, Source
from negotiations.texts import hash_of, normal

#: At most so many texts, with so many letters together, are compared with one.
MOST_TEXTS, MOST_LETTERS = 400, 4_000_000
#: The kinds of likeness, the most telling first.
SAME, NEARLY, ADDRESS = "same", "nearly", "address"


@dataclass(frozen=True)
class Likeness:
    """A source that is like what is being brought in; ``share`` in percent where it is nearly."""

    source: Source
    kind: str
    share: int = 100


@dataclass(frozen=True)
class Found:
    """The sources that are alike, and of how many texts it is not known, as there were too many."""

    alike: tuple[Likeness, ...] = ()
    left_out: int = 0


def alike(*, negotiation: Negotiation, user, text: str, url: str = "", but: int = 0) -> Found:
    """Return the sources alike to a text and an address; ``but`` is the number of its own."""
    text = normal(text)
    rows = Source.objects.visible_to(user).filter(negotiation=negotiation).exclude(pk=but)
    rows = rows.exclude(state="retracted").defer("text")
    same = Q(text_hash=hash_of(text)) if text else Q()
    addresses = Q(url__in=_spellings(url)) if url else Q()
    listed = list(rows.filter(same | addresses).order_by("pk")) if text or url else []
    found = [
        Likeness(row, SAME if text and row.text_hash == hash_of(text) else ADDRESS)
        for row in listed
    ]
    shares, left_out = _nearly(rows, text) if text else ({}, 0)
    known = {each.source.pk for each in found if each.kind == SAME}
    near = rows.filter(pk__in=[pk for pk in shares if pk not in known])
    found = [each for each in found if each.kind == SAME or each.source.pk not in shares]
    found += [Likeness(row, NEARLY, round(shares[row.pk] * 100)) for row in near]
    order = [SAME, NEARLY, ADDRESS]
    found.sort(key=lambda each: (order.index(each.kind), -each.share, each.source.pk))
    return Found(tuple(found), left_out)


def _nearly(rows, text: str) -> tuple[dict[int, float], int]:
    least, most = lengths_alike(len(text))
    rows = rows.annotate(length=Length("text")).filter(length__range=(least, most))
    sizes = rows.order_by("-pk").values_list("pk", "length")
    chosen: list[int] = []
    letters = left_out = 0
    for pk, size in sizes.iterator():
        letters += size
        if len(chosen) < MOST_TEXTS and letters <= MOST_LETTERS:
            chosen.append(pk)
        else:
            left_out += 1
    texts = rows.filter(pk__in=chosen).values_list("pk", "text")
    return dict(nearly_the_same(text, texts.iterator(chunk_size=20))), left_out


def _spellings(url: str) -> Iterable[str]:
    """The address with and without what does not tell pages apart."""
    plain = url.partition("#")[0].rstrip("/")
    other = plain.replace("http://", "https://", 1)
    other = other if other != plain else plain.replace("https://", "http://", 1)
    return {url, *_with_slash(plain), *_with_slash(other)}


def _with_slash(url: str) -> Iterator[str]:
    yield url
    yield f"{url}/"
