"""Where a watched video can be seen as it runs: a window, or the terminal."""

from __future__ import annotations

import os
import select
import shutil
import sys
import time
from collections import deque
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from mien.drawing.annotate import annotate
from mien.video.frame import WatchedFrame

Image = npt.NDArray[np.uint8]
QUIT = ("q", "Q", "\x1b")  # Esc is the last
_TITLE = "mien: Esc or q to quit"


class View(Protocol):
    """Shows pictures until somebody wants no more."""

    def show(self, image: Image, caption: str) -> bool:
        """Show a picture, RGB uint8 of shape (h, w, 3), and a line of text; False once Esc or q was pressed."""
        ...

    def close(self) -> None:
        """Take it away."""
        ...


def open_view() -> View | None:
    """A window if there is a display and an OpenCV with windows, else the terminal; None where there is neither."""
    if has_windows():
        return WindowView()
    if sys.stdout.isatty() and sys.stdin.isatty():
        return TerminalView()
    return None


def has_windows() -> bool:
    """Whether this OpenCV can open a window here; the headless one, which comes with mien, cannot."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    return any("GUI:" in line and "NONE" not in line for line in cv2.getBuildInformation().splitlines())


def mark(frame: WatchedFrame) -> Image:
    """A frame with each face boxed and named by its person's number and expression."""
    return annotate(frame.image, frame.faces, names=[f"{track} ·" for track in frame.tracks.tolist()], charts=False)


class FrameRate:
    """Frames a second over the last second or so."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=30)

    def tick(self) -> float:
        """Count a frame; 0 until there are two."""
        self._times.append(time.perf_counter())
        elapsed = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / elapsed if elapsed else 0.0


class WindowView:
    """A window of OpenCV."""

    def show(self, image: Image, caption: str) -> bool:
        picture = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        cv2.imshow(_TITLE, picture)
        cv2.setWindowTitle(_TITLE, f"mien  {caption}")
        key = cv2.waitKey(1) & 0xFF
        open_still = cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) > 0
        return open_still and chr(key) not in QUIT

    def close(self) -> None:
        cv2.destroyWindow(_TITLE)


class TerminalView:
    """Draws with half blocks, two pixels a character, in true colour.

    Parameters
    ----------
    width, height : int, optional
        Columns and lines to use; by default all that the terminal has.
    """

    def __init__(self, width: int | None = None, height: int | None = None) -> None:
        columns, lines = shutil.get_terminal_size()
        self._size = width or columns, (height or lines) - 1  # a line is for the caption
        self._keys = _Keys()
        sys.stdout.write("\x1b[?1049h\x1b[?25l")  # a screen of its own, no cursor

    def show(self, image: Image, caption: str) -> bool:
        sys.stdout.write("\x1b[H" + half_blocks(image, *self._size) + f"\x1b[0m\x1b[K{caption[: self._size[0]]}")
        sys.stdout.flush()
        return self._keys.pressed() not in QUIT

    def close(self) -> None:
        self._keys.close()
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


def half_blocks(image: Image, columns: int, lines: int) -> str:
    """A picture as coloured characters, as large as fits in `columns` by `lines`, which end in line breaks."""
    height, width = image.shape[:2]
    scale = min(columns / width, 2 * lines / height)
    size = max(round(width * scale), 1), max(round(height * scale / 2), 1) * 2
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    text = []
    for upper, lower in zip(small[::2].tolist(), small[1::2].tolist(), strict=True):
        for (r, g, b), (r2, g2, b2) in zip(upper, lower, strict=True):
            text.append(f"\x1b[38;2;{r};{g};{b};48;2;{r2};{g2};{b2}m▀")
        text.append("\x1b[0m\x1b[K\r\n")
    return "".join(text)


class _Keys:
    """Keys of the terminal, one at a time and without Enter."""

    def __init__(self) -> None:
        self._settings: list[Any] | None = None
        if os.name == "posix":
            import termios
            import tty

            self._settings = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)

    def pressed(self) -> str:
        """The key that waits, or nothing."""
        if os.name == "posix":
            ready, _, _ = select.select([sys.stdin], [], [], 0)
            # An arrow key begins with Esc too, but comes as several bytes at once.
            return os.read(sys.stdin.fileno(), 16).decode(errors="replace") if ready else ""
        import msvcrt

        return msvcrt.getwch() if msvcrt.kbhit() else ""  # type: ignore[attr-defined]

    def close(self) -> None:
        if self._settings is not None:
            import termios

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._settings)
