"""The report of a video: one page that opens from disk."""

from mien.video.report.page import write_report

__all__ = ["write_report"]
