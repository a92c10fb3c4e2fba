"""The command line: one command a file, thin over the Python interface."""

from __future__ import annotations

import errno
import sys
import traceback
from typing import NoReturn

from mien.errors import MienError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the operating system says when nothing more can be written; it does not say to which file."""


def main() -> None:
    """Run the command line; an error is one clear line and exit code 2."""
    from mien.cli.app import app

    debug = "--debug" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--debug"]  # it may stand anywhere
    try:
        app()
    except MienError as error:
        _fail(str(error), debug)
    except OSError as error:
        # A full disk, or a place that may not be written to; anything else without a file is a defect of ours.
        if error.filename is not None:
            _fail(f"{error.filename}: {error.strerror}", debug)
        if error.errno not in FULL:
            raise
        _fail(f"what was to be written could not be ({error.strerror})", debug)


def _fail(message: str, debug: bool) -> NoReturn:
    if debug:
        traceback.print_exc()
    print(f"mien: error: {message}", file=sys.stderr)
    sys.exit(2)
