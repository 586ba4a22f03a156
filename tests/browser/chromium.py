"""The Chromium that the browser tests drive: found, or installed by running this module."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


class NoChromium(Exception):
    """There is no Chromium that runs; the message says what to do."""


def chromium_path() -> str:
    """The program to start: $CHROMIUM, else the system's, else Playwright's own.

    Raises NoChromium if there is none, or if the one that $CHROMIUM names does not run.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not _runs(named):
            raise NoChromium(f"CHROMIUM names {named}, which does not run.")
        return named
    path = _installed() or _downloaded()
    if path is not None:
        return path
    raise NoChromium(
        "The browser tests need Chromium. Install your system's package, name a program in the "
        "variable CHROMIUM, or run `python -m playwright install --with-deps chromium`."
    )


def install() -> None:
    """Get a Chromium: Debian's package where we may install one, else Playwright's download."""
    apt = shutil.which("apt-get")
    if apt is not None and os.geteuid() == 0:
        sys.stderr.write("Installing Chromium: the system's package\n")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run([apt, "--quiet=2", *words], env=quiet, check=False)
        if _installed() is not None:
            return
    sys.stderr.write("Installing Chromium: Playwright's download\n")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def _installed() -> str | None:
    found = (shutil.which(name) for name in NAMES)
    return next((program for program in found if program is not None and _runs(program)), None)


def _downloaded() -> str | None:
    # In a process of its own: Playwright cannot be asked from within a test that drives it.
    shown = subprocess.run(
        [sys.executable, "-c", ASK_PLAYWRIGHT], stdout=subprocess.PIPE, check=True
    )
    path = shown.stdout.decode().strip()
    return path if _runs(path) else None


def _runs(program: str) -> bool:
    """Whether it starts at all: some systems have a stub of this name that only gives advice."""
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, check=False, timeout=60)
    except OSError:
        return False
    return shown.returncode == 0


def main() -> None:
    """Find Chromium or install it; ends the program with a message if there is none now."""
    try:
        if not os.environ.get("CHROMIUM") and (_installed() or _downloaded()) is None:
            install()
        chromium_path()
    except NoChromium as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
