"""Receipt tokens never reach a log: paths are masked before they are written (attack 15, P-34)."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"(?:(?<=/r/)|(?<=/join/))[^/?\s\"]+")


def mask(text: str) -> str:
    """`text` with `/r/***` for every receipt link, `/join/***` for every invitation."""
    return _TOKEN.sub("***", text)


class Masked(logging.Filter):
    """Masks the arguments of uvicorn's access lines, wherever they are sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, without the token."""
        record.msg = mask(str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(mask(one) if isinstance(one, str) else one for one in record.args)
        return True


def mask_access_log() -> None:
    """Put the filter on uvicorn's access logger, once."""
    logger = logging.getLogger("uvicorn.access")
    if not any(isinstance(one, Masked) for one in logger.filters):
        logger.addFilter(Masked())
