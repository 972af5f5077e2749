"""Registers on paper: pages of A4 with Thai that is set right and reads back as it was written."""

from gateway.printed.paper.register import write_pdf

__all__ = ["write_pdf"]
