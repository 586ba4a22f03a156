"""How a limit is written in the environment."""

import re
from functools import cache

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@cache
def parsed(text: str) -> tuple[int, int] | None:
    """Return how many in how many seconds ``text`` allows ("20/m", "10/15m"); None for "off".

    Raises ``ValueError`` for anything else.
    """
    if text == "off":
        return None
    found = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,4})?([smhd])", text)
    if found is None:
        raise ValueError(f"{text!r} is no limit: write 20/m, 10/15m, 3/h or off.")
    return int(found[1]), int(found[2] or 1) * UNITS[found[3]]
