"""`python -m tests.prove`: what takes minutes, and is therefore not among the tests of every change."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__).parent), "-o", "python_files=prove_*.py", *sys.argv[1:]]))
