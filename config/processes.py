"""Starting child processes that never outlive us, and passing on the signals that we get."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(signum: signal.Signals, parent: int) -> None:
    """Ask the kernel for `signum` when the thread that started us ends (Linux only).

    Changing the user clears the request, so ask after it. `parent` is the pid that must still be
    our parent: if it is gone already, the signal is raised at once.
    """
    if _libc is None:
        return
    if _libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    death_signal: signal.Signals = signal.SIGTERM,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start `command` so that it gets `death_signal` if we die first; `options` are Popen's.

    Call it from the main thread only: the kernel counts the death of the *thread* that started it.
    """
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOP_SIGNALS, signal.SIGCHLD})
        die_with_parent(death_signal, parent)

    return subprocess.Popen(command, env=env, preexec_fn=prepare, **options)


def exit_on_stop_signals() -> None:
    """Turn SIGINT, SIGTERM and SIGHUP into SystemExit, so that `with` blocks clean up."""

    def leave(signum: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + signum)

    for signum in STOP_SIGNALS:
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, leave)
    # A child's death must be noticed by `supervise` even where SIGCHLD is ignored by default.
    signal.signal(signal.SIGCHLD, lambda signum, frame: None)


def supervise(command: Sequence[str], *, env: Mapping[str, str], check: Callable[[], None]) -> int:
    """Run `command` until it ends and return its exit code as a shell would give it.

    Signals to stop are passed on to it. `check` is called whenever some child of ours has ended.
    On return the signals stay blocked, so that nothing interrupts what the caller has to clean up.
    """
    watched = {*STOP_SIGNALS, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    child = spawn(command, env=env)
    try:
        while child.poll() is None:
            signum = signal.sigwait(watched)
            if signum == signal.SIGCHLD:
                if child.poll() is None:
                    check()
            elif signum == signal.SIGHUP:
                child.terminate()
            elif signum != signal.SIGINT or not _in_foreground():
                child.send_signal(signum)
    finally:
        child.terminate()
        code = child.wait()
    return code if code >= 0 else 128 - code


def _in_foreground() -> bool:
    """Whether Ctrl-C on our terminal reaches our whole process group without our help."""
    try:
        with open("/dev/tty", "rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
