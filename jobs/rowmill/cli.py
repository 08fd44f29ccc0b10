"""What every program shares: how it ends. One line for a failure, never a traceback."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from rowmill.errors import RowmillError

INTERRUPTED = 130


class ArgumentParser(argparse.ArgumentParser):
    """Says bad usage as every other failure is said: in one line `error: ...`; it exits 2.

    No option can be abbreviated: what is unambiguous today would not be with the next option.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}; see {self.prog} --help\n")


def run(main: Callable[[], int | None]) -> NoReturn:
    """Runs a program's main and exits: with its code, or 1 and one line `error: ...` on stderr.

    ROWMILL_DEBUG=1 shows the traceback of an unexpected exception.
    """
    try:
        code = main() or 0
        sys.stdout.flush()
    except RowmillError as error:
        code = _fail(str(error), 1)
    except KeyboardInterrupt:
        code = _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader (head, less) went away: not our failure. Python would complain again at exit, so stdout
        # is pointed elsewhere first.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if os.environ.get("ROWMILL_DEBUG") == "1":
            raise
        kind, text = type(error).__name__, " ".join(str(error).split())
        code = _fail(f"internal error: {kind}: {text} (set ROWMILL_DEBUG=1 for the traceback)", 1)
    sys.exit(code)


def _fail(text: str, code: int) -> int:
    print(f"error: {text}", file=sys.stderr)
    return code
