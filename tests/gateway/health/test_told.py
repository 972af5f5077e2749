"""One sentence for one trouble: in the log at its begin and at its end, and for each reader what it can do."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

import pytest

from gateway.health.pulse import Pulse
from gateway.health.sentinel import Sentinel
from gateway.health.troubles import troubles
from gateway.health.values import Health
from tests.gateway.web.healths import AT, GIB, WELL
from tests.gateway.web.test_health import SHUT_OUT, WAITS

FULL = replace(WELL, free_bytes=GIB // 2, refusing_since=AT)


class Seen(Pulse):
    """A pulse of values."""

    def __init__(self, *healths: Health) -> None:
        self.healths = list(healths)

    def look(self) -> Health:
        return self.healths.pop(0)


def test_a_disk_that_is_nearly_full_is_told_once_at_begin_and_end_without_any_mail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sentinel, seen = Sentinel(), Seen(WELL, FULL, FULL, WELL, WELL)
    with sentinel.watching(seen):
        for _ in range(5):
            sentinel._look(sentinel._looked + 1)
    (trouble,) = troubles(FULL)
    begin, end = (record for record in caplog.records if record.name == "saraban.health")
    assert (begin.levelno, begin.getMessage()) == (logging.ERROR, trouble.sentence("en"))
    assert end.getMessage() == "over: mail is taken again; 42.95 GB of disk are free"
    assert "0.54 GB of disk are free, less than 1.07 GB as set" in trouble.en


@pytest.mark.parametrize("ill", [*SHUT_OUT.values(), *WAITS.values()])
def test_the_end_of_a_trouble_bears_no_figure_and_no_moment_of_its_begin(ill: Health) -> None:
    for trouble in troubles(ill):
        assert trouble.over(WELL).startswith("over: ")
        assert not re.search(r"\d|since", trouble.over(WELL).replace("42.95 GB", ""))


@pytest.mark.parametrize("language", ["th", "en"])
def test_who_can_mend_it_reads_how_and_everybody_else_whom_to_tell(language: str) -> None:
    (trouble,) = troubles(FULL)
    advice = {"th": "ให้เพิ่มพื้นที่ว่าง", "en": "free space on the disk"}[language]
    whom = {"th": "โปรดแจ้งผู้ดูแลระบบ", "en": "please tell the administrator"}[language]
    assert advice in trouble.sentence(language)
    assert whom not in trouble.sentence(language)
    assert whom in trouble.for_users(language)
    assert advice not in trouble.for_users(language)
