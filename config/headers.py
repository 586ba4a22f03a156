"""What every answer tells browsers and caches, whoever made it and whatever its status."""

from django.conf import settings

#: What no page of ours does, whatever a script that got into one might want.
SWITCHED_OFF = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
POLICIES = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in SWITCHED_OFF),
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Below these there are secrets for anonymous visitors, too: links that choose a password.
NEVER_KEPT = ("/accounts/", "/admin/")


def policies(get_response):
    """Middleware: add the policies that Django's own does not know; static files have them, too."""

    def middleware(request):
        response = get_response(request)
        for name, value in POLICIES.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def no_store(get_response):
    """Middleware: keep out of every cache what is not for everybody.

    That is what somebody with a session or a token was answered, what was sent, what failed, what
    sets a cookie, and all about accounts. What anybody may see may be kept by the browser that
    asked, which has to ask again before it shows it: it may have been retracted.
    """

    def middleware(request):
        response = get_response(request)
        if not _is_for_everybody(request, response):
            response.headers["Cache-Control"] = "no-store, private"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-cache, private"
        return response

    return middleware


def _is_for_everybody(request, response) -> bool:
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code < 400
        and not response.cookies
        and not request.path_info.startswith(NEVER_KEPT)
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Authorization" not in request.headers
    )
