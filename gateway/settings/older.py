"""Ways in which older files wrote a setting: read as what they mean now, and told by `saraban check`."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.settings.outline import Key, dotted
from gateway.settings.sources import Draft
from ledger.errors import Fault

_YES, _NO = ("true", "1", "yes", "on", "y", "t"), ("false", "0", "no", "n", "f")

# What an older value means, as it is written today.
_MEANS: Mapping[Key, Mapping[str, str]] = {
    ("intake", "answer"): {**dict.fromkeys(_YES, "known"), **dict.fromkeys(_NO, "off")},
}


def modernise(draft: Draft) -> list[Fault]:
    """Write every older value anew in `draft`. Returns a sentence for each."""
    told = []
    for key, means in _MEANS.items():
        before = str(draft.at(key)).lower()
        if (now := means.get(before)) is not None:
            draft.put(key, now, where := draft.where(key))
            told.append(
                Fault(
                    0,
                    f"{where}: {dotted(key)}",
                    f'{before} เป็นค่าแบบเดิม ระบบใช้เป็น {now} โปรดเขียน {key[-1]} = "{now}"',
                    f'{before} is an older value and is read as {now}: write {key[-1]} = "{now}"',
                )
            )
    return told
