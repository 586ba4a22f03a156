"""The process that reads one foreign file, and nothing else.

It bounds itself before it looks at the file: memory, processor time, files, processes. Then it
gives up opening sockets, starting programs and writing files, for good. The file comes on standard
input, what was read goes to standard output as JSON.
"""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

#: Bounds of the process: its whole address space, its seconds on a processor, what it may write.
MOST_MEMORY = 640 * 1024 * 1024
MOST_SECONDS = 20
MOST_OUTPUT = 64 * 1024 * 1024
#: What the process never does once the file is there, as the interpreter's audit names it.
NEVER = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
         "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
         "ctypes.", "urllib.", "ftplib.", "http.", "smtplib.", "webbrowser.", "shutil.",
         "pty.", "code.__new__")  # fmt: skip


def bound(seconds: int) -> None:
    """Set the bounds, of processor time to ``seconds``; they cannot be lifted again."""
    for which, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (most, most))


def forswear() -> None:
    """Refuse from now on to fetch, to run and to write anything; it cannot be undone."""

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
        if writes or event.startswith(NEVER):
            raise PermissionError(f"{event} is not for reading a file")

    sys.addaudithook(refuse)


def read(data: bytes, asked: str, limit: int) -> dict[str, Any]:
    """Return what was read of ``data``, or why it was not, as JSON takes it.

    ``asked`` is "text" or "html" for what was pasted; empty for a file, whose bytes tell.
    """
    from negotiations.intake.given import Unreadable
    from negotiations.intake.sniffing import kind_of

    try:
        kind = asked or (kind_of(data) if data else "")
        if not kind:
            raise Unreadable("empty")
        reader = _readers().get(kind)
        if reader is None:
            raise Unreadable("kind", kind=kind)
        forswear()
        return {"given": reader(data, limit).as_json()}
    except Unreadable as why:
        return {"unreadable": [why.code, why.told]}
    except MemoryError:
        return {"unreadable": ["memory", {}]}
    except RecursionError:
        return {"unreadable": ["deep", {}]}
    except Exception as error:
        # A parser's own mistake about a file that is not as it should be; the parent logs it.
        print(repr(error)[:1000], file=sys.stderr)  # noqa: T201
        return {"unreadable": ["broken", {}]}


def _readers() -> dict[str, Callable[[bytes, int], Any]]:
    return {"text": _text, "html": _html, "pdf": _pdf, "docx": _docx}


def _text(data: bytes, limit: int) -> Any:
    from negotiations.intake.encodings import decoded
    from negotiations.intake.plain import read_text

    text, guessed = decoded(data)
    return _with_encoding(read_text(text, limit=limit), guessed)


def _html(data: bytes, limit: int) -> Any:
    from negotiations.intake.encodings import decoded
    from negotiations.intake.pages import read_page

    text, guessed = decoded(data, html=True)
    return _with_encoding(read_page(text, limit=limit), guessed)


def _pdf(data: bytes, limit: int) -> Any:
    from negotiations.intake.pdfs import read_pdf

    return read_pdf(data, limit=limit)


def _docx(data: bytes, limit: int) -> Any:
    from negotiations.intake.documents import read_document

    return read_document(data, limit=limit)


def _with_encoding(given: Any, guessed: str) -> Any:
    from dataclasses import replace

    if not guessed:
        return given
    return replace(given, notes=(*given.notes, ("encoding", {"name": guessed})))


def main() -> None:
    """Read standard input; told are how it was given, the longest text and the seconds."""
    asked, limit, seconds = sys.argv[1:]
    bound(int(seconds))
    answer = read(sys.stdin.buffer.read(), asked, int(limit))
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
