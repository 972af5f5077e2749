"""The daemon's own parts; what it does as a whole stands in the stories."""

from __future__ import annotations

import threading

from gateway import daemon


def test_many_folders_on_a_dead_share_delay_an_end_no_longer_than_one() -> None:
    going_on = threading.Event()

    def dead(_ending: threading.Event) -> None:
        going_on.wait()

    def live() -> None:
        with daemon._watching([dead] * 60):
            pass

    house = threading.Thread(target=live, daemon=True)
    house.start()
    house.join(30)  # two minutes where each has its time
    assert not house.is_alive()
    going_on.set()
