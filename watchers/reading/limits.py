"""How much of a mail is read (reliability 7). What lies beyond is a defect of the reading."""

from __future__ import annotations

HEADER_BLOCK = 100 * 1024  # bytes of one header block
HEADER_LINES = 1_000  # lines of one header block
HEADER = 16 * 1024  # bytes of one header, unfolded
ADDRESSES = 500  # in one header
PARAMETERS = 100  # of one Content-Type or Content-Disposition
PARTS = 500
DEPTH = 20
BOUNDARY = 2_048  # bytes
HTML = 512 * 1024  # characters turned into text
TEXT = 1024 * 1024  # characters of one text
TEXT_BYTES = 4 * TEXT  # of one part, before it is decoded
NAME_CHARACTERS = 150
NAME_BYTES = 240  # in UTF-8; ext4 allows 255, a stored file needs room for its number
