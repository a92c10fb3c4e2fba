"""Answers in the words of other services and packages, for programs that are written for those.

A file a vendor: its paths, its names of fields and expressions, its ranges, its bodies of errors. What is said comes
from this service's model and nothing else: a field that it cannot know, as somebody's age, is left out.
"""

from __future__ import annotations

from fastapi import APIRouter

from mien.service.compat import azure, baidu, facepp, packages, rekognition

__all__ = ["VENDOR_PATHS", "compat_router"]

VENDOR_PATHS = (*azure.PATHS, facepp.PATH, baidu.PATH, rekognition.PATH)
"""Where the vendors' own keys are asked for instead of ``Authorization: Bearer``."""


def compat_router() -> APIRouter:
    """The routes of all vendors; they are documented by those, not in our OpenAPI."""
    router = APIRouter(include_in_schema=False)
    for vendor in (azure, facepp, baidu, rekognition, packages):
        router.include_router(vendor.router)
    return router
