"""From which address a request comes, as far as that can be told without believing its sender."""

import ipaddress

from django.conf import settings

#: What stands where a server that listens on a socket of files knows no address.
NOWHERE = "0.0.0.0"
#: Whoever has one address of version 6 has as many as they like below this prefix.
PREFIX = 64


def address_of(request) -> str:
    """Return the address that ``request`` comes from.

    It is that of the connection. Only where ``TRUSTED_PROXIES`` says that so many proxies of ours
    stand in front is it the entry of ``X-Forwarded-For`` that the outermost of them wrote: the last
    but so many. What a visitor puts before it, and every other header, counts for nothing.
    """
    connected = _sound(request.META.get("REMOTE_ADDR", "")) or NOWHERE
    proxies = settings.TRUSTED_PROXIES
    if not proxies:
        return connected
    named = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if len(named) < proxies:
        return connected
    return _sound(named[-proxies]) or connected


def counted_address(request) -> str:
    """Return the address under which attempts are counted: of version 6, the whole network."""
    address = ipaddress.ip_address(address_of(request))
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, PREFIX), strict=False))


def _sound(text: str) -> str:
    """Return the address that ``text`` is, version 4 as such even inside version 6, or nothing."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
