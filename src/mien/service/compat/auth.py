"""The service's token, in the place where a vendor's clients put their key."""

from __future__ import annotations

import re

from fastapi import Request

from mien.service.guard import same_token
from mien.service.problems import Problem
from mien.service.settings import Settings

_AWS_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)/")


def check_key(request: Request, shown: object) -> None:
    """Raise `Problem` unless the caller's key is the service's token, where it has one."""
    settings: Settings = request.app.state.settings
    if settings.token is None:
        return
    if not shown or not isinstance(shown, str):
        raise Problem(401, "no_key", "the request shows no key")
    if not same_token(shown, settings.token):
        raise Problem(401, "unauthorized", "the key is not this service's token")


def azure_key(request: Request) -> str | None:
    """A header, or a parameter of the query."""
    return request.headers.get("ocp-apim-subscription-key") or request.query_params.get("subscription-key")


def aws_key(request: Request) -> str | None:
    """The access key id of a request that is signed by version 4.

    The signature cannot be checked, as only its maker knows the secret: the id itself is the token.
    """
    match = _AWS_CREDENTIAL.match(request.headers.get("authorization", ""))
    return match and match[1]
