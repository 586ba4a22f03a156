from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions

from accounts.models import ApiToken
from accounts.throttling import count_token


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer <key>``; the key is looked up by its digest.

    The user remembers the token: query sets give no more than it opens.
    """

    def authenticate(self, request):
        scheme, _space, key = authentication.get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        digest = ApiToken.digest_of(key.strip().decode("latin-1"))
        known = ApiToken.objects.usable().filter(digest=digest).order_by()
        token = next(iter(known.select_related("user")), None)
        count_token(request._request, token)
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not known here."))
        token.note_use()
        token.user.token = token
        return token.user, token

    def authenticate_header(self, request):
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}
