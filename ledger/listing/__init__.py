"""A register as a list that knows its viewer: for the list page, the search page, export and print (F10 to F36, C7).

`lines` is what a list says and hides, `narrowed` what it is narrowed by, `pages` walks it, `days` counts it.
"""

from ledger.listing.days import per_day, today_numbers, years
from ledger.listing.lines import Line
from ledger.listing.narrowed import Filter
from ledger.listing.pages import Page, each, page

__all__ = ["Filter", "Line", "Page", "each", "page", "per_day", "today_numbers", "years"]
