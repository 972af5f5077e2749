"""The way in by mail: an SMTP and LMTP server that says 250 only after the letter is safe (P-1).

`Door` listens; `Limits` holds every number of it. The rest of the package is theirs.
"""

from watchers.smtp.door import Door
from watchers.smtp.limits import Limits

__all__ = ["Door", "Limits"]
