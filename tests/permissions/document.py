"""Writes ``docs/permissions.md`` from the rules: ``python -m tests.permissions.document``."""

from pathlib import Path

from tests.permissions.rules import RULES, WHERE, WHO, Rule

PLACE = Path(__file__).parents[2] / "docs" / "permissions.md"
HEAD = """# Who may do what

This page is written from `tests/permissions/rules.py` (`python -m tests.permissions.document`).
The tests beside that file ask for every line of it: each route, with each method, by everybody, for
what is open, a draft, closed, and foreign. A route or a method that no rule is for fails them.

A *reader* sees what is published of a negotiation that is for its members only. An *editor* sees
its drafts, too, and writes. A *reviewer* does what an editor does, and decides what is published
where records are reviewed. A *manager* does all that, and looks after the settings, the members and
the invitations. *Anonymous* is who has not signed in; a *stranger* has an account and no part in
the negotiation.

| word | what happens |
|---|---|
| yes | it is done, or it is told what is wrong with what was sent |
| sign in | the sign-in page (401 for what was posted, and from the API) |
| no | 403: refused openly, since one sees that it is there |
| absent | 404: the status, the words and the headers of an address at which there is nothing |
| wrong | 400: what one is told who asks about a negotiation that there is none of |

| where | what it is |
|---|---|
| open | something published, in a public negotiation |
| draft | a draft in a public negotiation; so is what is in review or retracted |
| closed | something published, in a negotiation for its members only |
| foreign | a record of another negotiation, asked for under this one's address |

Methods that stand nowhere below are not taken: 405, after signing in where one must for the others.
What is denied writes nothing. Django's administration is for staff alone.
"""


def text() -> str:
    """Return the page as it should stand."""
    return "\n".join([HEAD, *(part for rule in RULES for part in _rule(rule))])


def _rule(rule: Rule) -> list[str]:
    lines = [f"## {rule.name.capitalize()}", "", rule.words, ""]
    lines += [f"| | {' | '.join(WHO)} |", "|---" * (len(WHO) + 1) + "|"]
    lines += [
        f"| {where} | {' | '.join(rule.grid[where])} |" for where in WHERE if where in rule.grid
    ]
    lines.append("")
    for method, names in rule.routes.items():
        pages = [f"`{name}`" for name in names if not name.startswith("api:")]
        api = [f"`{name.removeprefix('api:')}`" for name in names if name.startswith("api:")]
        for words, listed in ((f"{method}, pages", pages), (f"{method}, API", api)):
            if listed:
                lines += [f"- **{words}:** {', '.join(listed)}"]
    return [*lines, ""]


if __name__ == "__main__":
    PLACE.write_text(text())
