"""What a watching machine is told."""

from __future__ import annotations

import json

from tests.gateway.web.site import Site, site


def test_alive_and_ready_answer_as_json(web: Site) -> None:
    assert json.loads(web.get("/livez").body) == {"alive": True}
    answer = web.get("/readyz")
    assert (answer.status, json.loads(answer.body)) == (200, {"ready": True, "reason": ""})


def test_not_ready_says_why_while_alive() -> None:
    with site(ready=lambda: (False, "ดิสก์ใกล้เต็ม")) as web:
        answer = web.get("/readyz")
        assert (answer.status, json.loads(answer.body)["reason"]) == (503, "ดิสก์ใกล้เต็ม")
        assert web.get("/livez").status == 200
