"""How a service is set up."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from mien.errors import InputError

MEGABYTE = 1024 * 1024


def default_state() -> Path:
    """Where jobs are kept unless another folder is named."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "mien"


@dataclass(frozen=True)
class Settings:
    """What the command line says of a service.

    Attributes
    ----------
    host, port : str, int
        The address it listens on.
    models : tuple of str
        Names or cards of the models it offers; the first is the one for those who do not choose.
    workers : int
        Pictures that are decoded and searched for faces at the same time.
    token : str or None
        What every caller has to show.
    max_upload : int
        Bytes that a request may have.
    cors : tuple of str
        Origins whose pages may call the service, as ``https://example.org``.
    compat : bool
        Whether it also answers like the services of some vendors.
    allow_urls : bool
        Whether it fetches pictures from addresses that callers name.
    state : Path
        Folder of the video jobs.
    keep : float
        Seconds that the results of a job are kept.

    Raises
    ------
    InputError
        If others than this machine could reach it without a token.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    models: tuple[str, ...] = ("mien",)
    workers: int = os.cpu_count() or 1
    token: str | None = None
    max_upload: int = 200 * MEGABYTE
    cors: tuple[str, ...] = ()
    compat: bool = False
    allow_urls: bool = False
    state: Path = field(default_factory=default_state)
    keep: float = 24 * 3600.0

    def __post_init__(self) -> None:
        if not self.is_local and self.token is None:
            raise InputError(
                f"--host {self.host} lets other machines in; they have to show a token: give --token-file FILE"
            )

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False
