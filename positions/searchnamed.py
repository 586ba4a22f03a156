"""What a search names outright: a record by its number, sources by the host they were read at."""

import re

from negotiations.models import Negotiation, Record, Source
from negotiations.titles import titled

#: "551", "№ 551", "#551", "no. 551"
_NUMBER = re.compile(r"(?:№|#|nr?\.?|no\.?)?\s*(\d{1,18})", re.IGNORECASE)
#: "unn.ua", "https://www.unn.ua/news"
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([\w-]+(?:\.[\w-]+)*\.[^\W\d]{2,})(?:/\S*)?", re.I)
#: So many sources of one host are named; the list of sources has them all.
MOST = 10


def named(words: str, *, negotiation: Negotiation, user) -> list[tuple[Record, str]]:
    """Return the records that ``words`` name outright and ``user`` may see, with their titles."""
    records = Record.objects.visible_to(user).filter(negotiation=negotiation)
    if number := _NUMBER.fullmatch(words.strip()):
        records = records.filter(pk=int(number[1]))
    elif host := _HOST.fullmatch(words.strip()):
        sources = Source.objects.visible_to(user).filter(negotiation=negotiation)
        read_there = sources.filter(url__icontains=host[1]).order_by("-pk")[:MOST]
        records = records.filter(pk__in=[source.pk for source in read_there])
    else:
        return []
    return [pair for __, pair in sorted(titled(records).items(), reverse=True)]
