"""How a measurement is told: the median of the ratios of its rounds, with the lowest and the highest."""

from __future__ import annotations

from statistics import median
from typing import Any


def row(goal: str, anchor: str, ratios: list[float], wanted: float) -> dict[str, Any]:
    """One line of build/bench.json."""
    ratio = median(ratios)
    return {
        "goal": goal,
        "anchor": anchor,
        "ratio": round(ratio, 3),
        "wanted": wanted,
        "low": round(min(ratios), 3),
        "high": round(max(ratios), 3),
        "rounds": len(ratios),
        "holds": ratio >= wanted,
    }
