"""Registers as files: printed on paper (PDF), as a workbook (XLSX) and as CSV; and lists of names read from files.

Pure functions over values and iterators: no database, no page. A writer takes the lines as they come and holds few.
"""

from gateway.printed.paper import write_pdf
from gateway.printed.recipients import Name, NameList, names_from, names_from_text
from gateway.printed.separated import write_csv
from gateway.printed.values import Column, Line, Sheet
from gateway.printed.workbook import write_xlsx

__all__ = [
    "Column",
    "Line",
    "Name",
    "NameList",
    "Sheet",
    "names_from",
    "names_from_text",
    "write_csv",
    "write_pdf",
    "write_xlsx",
]
