"""Links that open a form in a slot of the page, and on a page of its own without JavaScript."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.inclusion_tag("components/slot_link.html")
def slot_link(words, of_what, slot, view, *args, **query):
    """Show a link in ``words`` to a view, in the slot with the id ``slot``.

    ``of_what`` is what a screen reader adds to the words, ``args`` and ``query`` belong to the
    view's address; what is empty in the query is left out.
    """
    given = {name: value for name, value in query.items() if value not in (None, "")}
    address = reverse(view, args=args) + (f"?{urlencode(given)}" if given else "")
    own = [f"{name}-{value}" for name, value in given.items() if name != "next"]
    name = "-".join((slot, view, *own)).replace(" ", "-")
    kind = "edit" if view.endswith("-edit") else "add"
    return {
        "words": words,
        "of_what": of_what,
        "slot": slot,
        "address": address,
        "id": name,
        "kind": kind,
    }
