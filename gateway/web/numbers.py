"""Numbers in paths: `{id:int}` takes what a row can have as its key, so that no address is too long to be a number.

Python refuses to read a number of more than some thousand digits, which would be our fault and not the visitor's 404.
"""

from __future__ import annotations

from starlette.convertors import IntegerConvertor, register_url_convertor


class Number(IntegerConvertor):
    """Up to eighteen digits: less than the largest key of the database."""

    regex = "[0-9]{1,18}"


def bound() -> None:
    """From now on, in every route that is made."""
    register_url_convertor("int", Number())
