"""`python -m tests.prove [NAME…]`: what takes minutes, and is therefore not among the tests of every change.

Without names all of it, except for what makes whole machines: `bare`, `systemd`. What is no name goes to pytest.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import gettempdir

import pytest

FOLDER = Path(__file__).parent
PROOFS = {path.stem.removeprefix("prove_"): str(path) for path in sorted(FOLDER.glob("prove_*.py"))}
ALONE = {"bare", "systemd"}


def main(words: list[str]) -> int:
    """Run the proofs that are named, or all; not 0 when one fails."""
    named = [PROOFS[word] for word in words if word in PROOFS]
    rest = ["-o", "python_files=prove_*.py", *(word for word in words if word not in PROOFS)]
    if named:
        return pytest.main([*named, "-s", *rest])
    broken = pytest.main([*(path for name, path in PROOFS.items() if name not in ALONE), *rest])
    return broken or pytest.main([str(FOLDER.parent), "-m", "proof", *rest[2:]])


if __name__ == "__main__":
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", gettempdir())  # a disk, not memory
    sys.exit(main(sys.argv[1:]))
