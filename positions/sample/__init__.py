"""The sample negotiation, and the accounts that come with it."""

from pathlib import Path

FOLDER = Path(__file__).parent / "russia-ukraine-2025"

#: The page that shows what the sample is about.
FIRST_PAGE = f"{FOLDER.name}/compare/?as_of=2025-06-02"

#: Known to everybody who reads this: for a machine of one's own, never for a public server.
DEMO_PASSWORDS = {
    "reader": "parley-demo-reader",
    "editor": "parley-demo-editor",
    "reviewer": "parley-demo-reviewer",
    "manager": "parley-demo-manager",
}
