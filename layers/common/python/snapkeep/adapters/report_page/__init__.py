"""The report as one HTML page that needs no server: its styles, script and data are all inside it."""

from snapkeep.adapters.report_page.page import render

__all__ = ["render"]
