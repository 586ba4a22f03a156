"""The API's limits, and how any answer tells of one."""

from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from accounts import limits
from accounts.addresses import counted_address


def refusal(request, verdict: limits.Verdict | None) -> limits.Verdict | None:
    """Let the answer to ``request`` tell of ``verdict``, and return it if it refuses."""
    if verdict is None:
        return None
    told = getattr(request, "limit", None)
    if told is None or not told.refused:
        request.limit = verdict
    return verdict if verdict.refused else None


class Throttle(BaseThrottle):
    """People who are signed in are counted by account, others by address.

    What comes with a token is counted where the token is looked at, even if it is no token.
    """

    def allow_request(self, request, view):
        asked = request._request
        if request.auth is not None:
            return True
        if request.user.is_authenticated:
            self.verdict = limits.spend("api user", f"user {request.user.pk}")
        else:
            self.verdict = limits.spend("api anonymous", counted_address(asked))
        return refusal(asked, self.verdict) is None

    def wait(self):
        return self.verdict.seconds if self.verdict else None


def count_token(request, token) -> None:
    """Count a request that came with a token, or with a wrong one; raises ``Throttled``."""
    if token is None:
        verdict = limits.spend("api anonymous", counted_address(request))
    else:
        verdict = limits.spend("api token", f"token {token.pk}")
    if refused := refusal(request, verdict):
        raise Throttled(wait=refused.seconds)


class TellLimits:
    """Middleware: say in the headers what the limit is and, where it was reached, when to return.

    A page that says so in its words goes out as 429, too, as the API's refusals do.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        limit = getattr(request, "limit", None)
        if limit is None:
            return response
        name = limit.name.replace(" ", "-")
        if request.path_info.startswith("/api/"):
            response["RateLimit-Policy"] = f'"{name}";q={limit.limit};w={limit.period}'
            response["RateLimit"] = f'"{name}";r={limit.remaining};t={limit.seconds}'
        if limit.refused:
            response["Retry-After"] = str(limit.seconds)
            if response.status_code < 500:
                response.status_code = 429
        return response
