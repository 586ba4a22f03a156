"""Following: what is new in what one watches, and feeds of it for other programs."""

import hashlib
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.resend import signed_in
from negotiations.models import Negotiation, Party, Record
from positions import atom
from positions import following as followings
from positions.models import FeedKey, Issue, Watch
from positions.views.asking import negotiation_or_404
from positions.views.history import number_or_404


@signed_in
@never_cache
@require_safe
def following(request):
    """What one follows, with what was changed there since one's last visit."""
    followed = followings.followed(request.user)
    places = {each.negotiation.pk: each.negotiation for each in followed}
    context = {
        "followed": followed,
        "places": places.values(),
        "feed_key": FeedKey.objects.filter(user=request.user).first(),
    }
    return render(request, "positions/following.html", context)


@signed_in
@require_POST
def following_seen(request):
    """Note up to which revisions one has seen what a page showed.

    The page's script sends it by itself once the page is to be seen; the button for good.
    """
    is_by_itself = request.headers.get("X-Requested-With") == "fetch"
    for shown in request.POST.getlist("seen")[:100]:
        number, revision = map(number_or_404, (shown + ":").split(":")[:2])
        visible = Negotiation.objects.visible_to(request.user)
        if negotiation := visible.filter(pk=number).first():
            followings.note_seen(request.user, negotiation, revision, for_good=not is_by_itself)
    if is_by_itself:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return redirect("following")


@signed_in
@require_POST
def watch(request, slug):
    """Follow a negotiation, or an issue or a party of it; or do so no more."""
    negotiation = negotiation_or_404(request, slug)
    record = None
    place = reverse("overview", args=[slug])
    if request.POST.get("record"):
        numbered = Record.objects.visible_to(request.user).filter(negotiation=negotiation)
        found = get_object_or_404(
            numbered.filter(kind__in=followings.KINDS), pk=number_or_404(request.POST["record"])
        )
        record = found.pk
        place = reverse("record", args=[slug, record])
        if found.kind == Record.Kind.ISSUE:
            place = reverse("issue", args=[slug, Issue.objects.get(pk=record).code])
    if request.POST.get("act") == "stop":
        followings.unwatch(request.user, negotiation, record)
        messages.success(request, _("You follow it no more."))
    else:
        followings.watch(request.user, negotiation, record)
        messages.success(request, _("You follow it now: what is new stands under “Following”."))
    return redirect(place)


@signed_in
@never_cache
@require_POST
def feed_address(request):
    """Make a new address for one's own feed, or let there be none; it is shown once."""
    if request.POST.get("act") == "revoke":
        FeedKey.objects.filter(user=request.user).delete()
        messages.success(request, _("The address of your feed opens nothing any more."))
        return redirect("following")
    key = FeedKey.issue(request.user)
    address = request.build_absolute_uri(reverse("own-feed", args=[key]))
    return render(request, "positions/feed_address.html", {"address": address})


@require_safe
def feed(request, slug):
    """What is published of a negotiation, or of an issue or a party, as anybody may read it."""
    anybody = AnonymousUser()
    negotiation = get_object_or_404(Negotiation.objects.visible_to(anybody), slug=slug)
    title, page = negotiation.title, reverse("overview", args=[slug])
    asked = {name: code for name in ("issue", "party") if (code := request.GET.get(name))}
    wanted = Q()
    for name, code in asked.items():
        model = {"issue": Issue, "party": Party}[name]
        if "\0" in code:
            raise Http404
        rows = model.objects.visible_to(anybody).filter(negotiation=negotiation)
        record = get_object_or_404(rows, code=code)
        if name == "issue":
            page = reverse("issue", args=[slug, code])
        wanted &= followings.concerns_of([record.pk]).condition(record.pk)
        title = f"{title}: {record}"
    entries = atom.entries(anybody, [negotiation], wanted if asked else None)
    address = request.build_absolute_uri(reverse("feed", args=[slug]))
    if asked:
        address += f"?{urlencode(asked)}"
    made = atom.Feed(
        urn=atom.urn_of("feed", negotiation.pk, *sorted(asked.items())),
        title=title,
        address=address,
        page=request.build_absolute_uri(page),
        entries=entries,
    )
    return _sent(request, made, is_private=False)


@require_safe
def own_feed(request, key):
    """What is published in all that somebody follows, by an address that only they know.

    What they may read is asked anew each time; whoever has the address needs no account.
    """
    found = FeedKey.objects.select_related("user").filter(digest=FeedKey.digest_of(key)).first()
    if found is None or not found.user.is_active:
        raise Http404
    watches = list(Watch.objects.visible_to(found.user))
    concerns = followings.concerns_of(each.record for each in watches if each.record)
    wanted = Q(pk__in=[])
    for each in watches:
        here = Q(negotiation=each.subject)
        wanted |= here & concerns.condition(each.record) if each.record else here
    places = Negotiation.objects.visible_to(found.user).filter(
        pk__in={each.subject for each in watches}
    )
    made = atom.Feed(
        urn=atom.urn_of("own feed", found.digest),
        title=_("What %(name)s follows") % {"name": found.user},
        address=request.build_absolute_uri(),
        page=request.build_absolute_uri(reverse("following")),
        entries=atom.entries(found.user, places, wanted),
    )
    return _sent(request, made, is_private=True)


def _sent(request, made: atom.Feed, *, is_private: bool) -> HttpResponse:
    """Answer with a feed, or that it has not changed."""

    def place_of(entry: atom.Entry) -> str:
        return request.build_absolute_uri(reverse("record", args=[entry.slug, entry.record]))

    body = atom.as_xml(made, place_of)
    etag = quote_etag(hashlib.sha256(body).hexdigest())
    moment = int(made.updated.timestamp())
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["ETag"], response["Last-Modified"] = etag, http_date(moment)
    if is_private:
        response["Cache-Control"] = "no-store, private"
    return get_conditional_response(request, etag, moment, response) or response
