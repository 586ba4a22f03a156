"""Where somebody is signed in: noted now and then, listed, and ended."""

import re
import time

from allauth.usersessions.models import UserSession

#: When this session was last noted, in the session itself.
NOTED = "noted"
NOTED_EVERY = 300
BROWSERS = [
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
    ("curl", r"^curl/"),
]
SYSTEMS = [
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad|iPod"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
]


class NoteSessions:
    """Middleware: note where and when a session was last used, once in some minutes."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Who has no session is nobody; and what a token opens is no session.
        is_session = request.session.session_key and request.user.is_authenticated
        if is_session and time.time() - request.session.get(NOTED, 0) >= NOTED_EVERY:
            UserSession.objects.create_from_request(request)
            have_noted(request)
        return self.get_response(request)


def have_noted(request) -> None:
    """Remember that the session is noted as of now."""
    request.session[NOTED] = int(time.time())


def device(user_agent: str) -> tuple[str, str]:
    """Return the browser and the system that a browser says it is, each empty where unknown."""
    return _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)


def _first(known: list[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, text)), "")


def sessions_of(user) -> list[UserSession]:
    """Return the user's sessions that are open, last used first, each with its device's words."""
    found = UserSession.objects.purge_and_list(user)
    for session in found:
        session.browser, session.system = device(session.user_agent)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


def end(sessions) -> None:
    """Sign the browsers of ``sessions`` out, from their next request on."""
    for session in sessions:
        session.end()


def others_of(request):
    """Return the sessions of whoever asks, but the one they ask in."""
    own = UserSession.objects.filter(user=request.user)
    return own.exclude(session_key=request.session.session_key)
