"""`python -m tests.prove`: what takes minutes, and is therefore not among the tests of every change."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import gettempdir

import pytest

if __name__ == "__main__":
    folder = Path(__file__).parent
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", gettempdir())  # a disk, not memory
    broken = pytest.main([str(folder), "-o", "python_files=prove_*.py", *sys.argv[1:]])
    sys.exit(broken or pytest.main([str(folder.parent), "-m", "proof", *sys.argv[1:]]))
