"""The command line: one command a file, thin over the Python interface."""

from __future__ import annotations

import sys
import traceback

from mien.errors import MienError


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
        if error.filename is None:
            raise
        _fail(f"{error.filename}: {error.strerror}", debug)


def _fail(message: str, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    print(f"mien: error: {message}", file=sys.stderr)
    sys.exit(2)
