"""Settings: defaults, sources and their order, secrets in files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.settings import Settings, load, sample
from gateway.settings.outline import all_names, field_of, tables, values, variables, written
from gateway.settings.sources import locate
from gateway.settings.units import duration, size, write_duration, write_size
from ledger.errors import SettingsWrong
from ledger.values import RegisterKind

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "saraban.toml", mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return path

    return write


def uncommented(text: str) -> str:
    return re.sub(r"(?m)^#(?=\S)", "", text)


def test_an_empty_file_gives_every_default(write: Write) -> None:
    settings = load(write(""), {})
    assert (settings.smtp.port, settings.lmtp.port, settings.http.port) == (2525, 2424, 8080)
    assert settings.smtp.max_message == 35 * 2**20
    assert settings.outbox.retry_longest == timedelta(seconds=4000)
    assert settings.links.life == timedelta(days=180)
    assert set(settings.origins.values()) == {"default"}


def test_the_sample_uncommented_is_the_default_of_everything(write: Write) -> None:
    spelled = load(write(uncommented(sample())), {})
    silent = load(write(""), {})
    assert spelled.model_dump(exclude={"folders"}) == silent.model_dump(exclude={"folders"})
    assert [folder.path.name for folder in spelled.folders] == ["incoming"]
    assert "default" not in spelled.origins.values()


def test_the_sample_as_written_changes_nothing(write: Write) -> None:
    assert load(write(sample()), {}).model_dump() == load(write(""), {}).model_dump()


def test_the_sample_explains_every_setting_in_thai_and_english() -> None:
    singles = [name for name in all_names() if name not in dict(tables()) and name != "relay.password_file"]
    assert len(singles) > 60
    for name in singles:
        thai, english = (field_of(name).description or "").split(" / ", 1)
        assert re.search("[ก-๙]", thai)
        assert not re.search("[ก-๙]", english)
        assert f"# {thai}\n# {english}\n#{name.rpartition('.')[2]} = " in sample()


def test_what_is_written_back_is_read_the_same(write: Write) -> None:
    settings = load(write('data = "a\\"b"\n[smtp]\nmax_message = "25 MB"\nexempt = ["10.1.0.0/16"]'), {})
    lines = [f"{'.'.join(map(str, key))} = {written(field, value)}" for key, field, value in values(settings)]
    assert load(write("\n".join(lines)), {}).model_dump() == settings.model_dump()


def test_paths_start_from_the_folder_of_the_file(write: Write, tmp_path: Path) -> None:
    settings = load(
        write('[[folders]]\npath = "scan"\n[lmtp]\npath = "/run/lmtp"\n[smtp]\ntls_key="k"\ntls_certificate="c"'), {}
    )
    assert settings.data == tmp_path / "data"
    assert settings.relay.path == tmp_path / "outbox"
    assert settings.folders[0].path == tmp_path / "scan"
    assert (settings.lmtp.path, settings.smtp.tls_key) == (Path("/run/lmtp"), tmp_path / "k")


def test_the_environment_overrides_the_file_and_origins_tell(write: Write) -> None:
    file = write("language = 'th'\n\n[smtp]\nport = 1\nhost = '::1'\n")
    settings = load(file, {"SARABAN_SMTP__PORT": "25", "SARABAN_LANGUAGE": "en", "HOME": "/"})
    assert (settings.smtp.port, settings.smtp.host, settings.language) == (25, "::1", "en")
    assert settings.origins["smtp.port"] == "SARABAN_SMTP__PORT"
    assert settings.origins["smtp.host"] == f"{file}:5"
    assert settings.origins["smtp.hostname"] == "default"


def test_a_variable_may_list_several_networks(write: Write) -> None:
    settings = load(write(""), {"SARABAN_HTTP__TRUSTED_PROXIES": "10.0.0.0/8, ::1"})
    assert settings.http.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))


def test_every_single_setting_outside_folders_has_a_variable() -> None:
    assert variables()["SARABAN_RELAY__CA_FILE"] == ("relay", "ca_file")
    assert variables()["SARABAN_RELAY__PASSWORD_FILE"] == ("relay", "password_file")
    assert not [name for name in variables() if "FOLDERS" in name]


def test_variables_of_a_cluster_are_not_ours(write: Write) -> None:
    environ = {
        "SARABAN_PORT": "tcp://10.0.0.1:80",
        "SARABAN_SERVICE_HOST": "10.0.0.1",
        "SARABAN_PORT_80_TCP_PROTO": "tcp",
    }
    assert load(write(""), environ).smtp.port == 2525


def test_the_file_is_found_by_option_then_variable_then_place(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write("[http]\nport = 1")
    other = write("[http]\nport = 2", "other.toml")
    assert load(None, {}).http.port == 1
    assert load(None, {"SARABAN_CONFIG": str(other)}).http.port == 2
    assert load(tmp_path, {"SARABAN_CONFIG": str(other)}).http.port == 1


def test_without_a_file_the_environment_must_name_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {"SARABAN_DATA": "/var/lib/saraban"}).data == Path("/var/lib/saraban")
    with pytest.raises(SettingsWrong, match="make one with saraban init"):
        load(None, {})


def test_a_file_of_windows_with_a_mark_and_its_line_ends_is_read(tmp_path: Path) -> None:
    path = tmp_path / "saraban.toml"
    path.write_bytes(b"\xef\xbb\xbf# \xe0\xb8\x81\r\n[smtp]\r\nport = 7\r\n")
    settings = load(path, {})
    assert (settings.smtp.port, settings.origins["smtp.port"]) == (7, f"{path}:3")


def test_lines_are_found_in_every_way_to_write_toml() -> None:
    text = 'a.b = 1\nc = [\n 1,\n # x\n 2]\n\n[[f]]\np = 1\n[[f]]\n"p" = """\n[x]\n"""\nq = {r = 1}\n[ t ]\nu=1'
    lines = locate(text)
    assert lines[("a", "b")] == 1
    assert lines[("c",)] == lines[("c", 1)] == 2
    assert (lines[("f", 0)], lines[("f", 0, "p")], lines[("f", 1)], lines[("f", 1, "p")]) == (7, 8, 9, 10)
    assert (lines[("f", 1, "q", "r")], lines[("t", "u")]) == (13, 15)
    assert ("x",) not in lines


SIGN_IN = '[relay]\nkind = "smtp"\nhost = "mx.example"\nusername = "u"\n'


def test_a_secret_is_read_from_its_file_and_never_shown(write: Write) -> None:
    secret = write("s3cret\n", "password")
    settings = load(write(SIGN_IN), {"SARABAN_RELAY__PASSWORD_FILE": str(secret)})
    assert settings.relay.password.get_secret_value() == "s3cret"
    assert settings.origins["relay.password"] == "SARABAN_RELAY__PASSWORD_FILE"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in "".join(written(field, value) for _, field, value in values(settings))


def test_the_file_may_point_to_the_secret_and_a_variable_overrides_it(write: Write) -> None:
    write("from file", "password")
    file = write(SIGN_IN + 'password_file = "password"')
    assert load(file, {}).relay.password.get_secret_value() == "from file"
    assert load(file, {}).origins["relay.password"] == f"{file}:5"
    override = {"SARABAN_RELAY__PASSWORD": "from variable"}
    assert load(file, override).relay.password.get_secret_value() == "from variable"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_that_others_could_read_is_refused(write: Write, mode: int) -> None:
    secret = write("s3cret", "password", mode)
    file = write(SIGN_IN)
    with pytest.raises(SettingsWrong, match=f"^.*\nSARABAN_RELAY__PASSWORD_FILE: others .* chmod 600 {secret}$"):
        load(file, {"SARABAN_RELAY__PASSWORD_FILE": str(secret)})
    with pytest.raises(SettingsWrong, match=f"saraban.toml:5: others .* chmod 600 {file}"):
        load(write(SIGN_IN + 'password = "s3cret"', mode=mode), {})
    assert load(write('[relay]\npassword = ""', mode=mode), {}).relay.kind == "maildrop"


def test_the_credentials_of_the_service_starter_are_trusted(write: Write) -> None:
    # systemd shows its access list as a group bit
    secret = write("s3cret", "password", 0o440)
    environ = {"SARABAN_RELAY__PASSWORD_FILE": str(secret), "CREDENTIALS_DIRECTORY": str(secret.parent)}
    assert load(write(SIGN_IN), environ).relay.password.get_secret_value() == "s3cret"


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().smtp.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "length"),
    [("5m", 300), ("1h 30m", 5400), ("180D", 15552000), ("500ms", 0.5), ("๒๐s", 20), ("0", 0), (" 2 h ", 7200)],
)
def test_durations_are_read_as_people_write_them(text: str, length: float) -> None:
    assert duration(text) == timedelta(seconds=length)


@pytest.mark.parametrize(
    ("text", "count"),
    [("35MiB", 36700160), ("25 MB", 25_000_000), ("64kib", 65536), ("1GiB", 2**30), ("0", 0), ("10 b", 10)],
)
def test_sizes_are_read_as_people_write_them(text: str, count: int) -> None:
    assert size(text) == count


def test_durations_and_sizes_are_written_in_their_largest_exact_unit() -> None:
    assert [write_duration(timedelta(seconds=s)) for s in (0, 300, 4000, 5400, 86400, 0.25)] == [
        "0", "5m", "4000s", "90m", "1d", "250ms",
    ]  # fmt: skip
    assert [write_size(count) for count in (0, 2**30, 25_000_000, 65536, 999)] == ["0", "1GiB", "25MB", "64KiB", "999B"]


def test_derived_values() -> None:
    settings = Settings.model_validate({"folders": [{"path": "a", "register": "order"}], "http": {"host": "::1"}})
    assert settings.folders[0].register_kind is RegisterKind.ORDER
    assert settings.http.url == "http://[::1]:8080"


@pytest.mark.parametrize(
    ("written_so", "meant"),
    [
        ("https://X.example/", "https://x.example"),
        ("https://x.example:443", "https://x.example"),
        ("http://x.example:80/", "http://x.example"),
        ("HTTPS://x.example:8443", "https://x.example:8443"),
        ("https://สพป.ไทย", "https://xn--s3cf9a.xn--o3cw4h"),
        ("https://xn--s3cf9a.XN--O3CW4H.", "https://xn--s3cf9a.xn--o3cw4h"),
        ("https://สำนักงาน.ไทย", "https://xn--12cm6cc5fxbfe1v.xn--o3cw4h"),
        ("https://ส\u0e4d\u0e32นักงาน.ไทย", "https://xn--12cm6cc5fxbfe1v.xn--o3cw4h"),  # SARA AM in two signs
        ("http://[2001:DB8:0:0::1]:8080", "http://[2001:db8::1]:8080"),
        ("http://saraban_web", "http://saraban_web"),
    ],
)
def test_the_public_address_has_one_spelling(written_so: str, meant: str) -> None:
    assert Settings.model_validate({"http": {"base_url": written_so}}).http.url == meant


def trusted(**http: object) -> list[str]:
    return [str(one) for one in Settings.model_validate({"http": http}).http.trusted_proxies]


def test_the_proxy_on_this_machine_is_trusted_where_https_can_only_come_through_it() -> None:
    here = ["127.0.0.0/8", "::1/128"]
    for host in ("127.0.0.1", "::1", "localhost"):
        assert trusted(base_url="https://x.example", host=host) == here
    assert trusted(base_url="https://x.example", host="0.0.0.0") == []
    assert trusted(base_url="http://x.example") == trusted() == []


def test_proxies_that_are_named_are_taken_as_they_are_and_none_too(write: Write) -> None:
    assert trusted(base_url="https://x.example", trusted_proxies=["10.0.0.1"]) == ["10.0.0.1/32"]
    assert trusted(base_url="https://x.example", trusted_proxies=[]) == []
    settings = load(write('http.base_url = "https://x.example"'), {"SARABAN_HTTP__TRUSTED_PROXIES": ""})
    assert settings.http.trusted_proxies == ()


OLDER = [
    ("true", {}, "known", ":2: intake.answer"),
    ("false", {}, "off", ":2: intake.answer"),
    ('"true"', {}, "known", ":2: intake.answer"),
    ("1", {}, "known", ":2: intake.answer"),
    ('"all"', {"SARABAN_INTAKE__ANSWER": "false"}, "off", "SARABAN_INTAKE__ANSWER"),
    ("true", {"SARABAN_INTAKE__ANSWER": "yes"}, "known", "SARABAN_INTAKE__ANSWER"),
]


@pytest.mark.parametrize(("written", "environ", "means", "where"), OLDER)
def test_what_an_older_file_says_is_understood_and_told(
    write: Write, written: str, environ: dict[str, str], means: str, where: str
) -> None:
    settings = load(write(f"[intake]\nanswer = {written}"), environ)
    assert settings.intake.answer == means
    (told,) = settings.older
    assert where in told.where
    assert f'answer = "{means}"' in told.th
    assert f'answer = "{means}"' in told.en
    assert where.startswith("SARABAN") == (settings.origins["intake.answer"] == where)


@pytest.mark.parametrize("written", ["known", "all", "off"])
def test_what_is_written_as_today_is_not_told(write: Write, written: str) -> None:
    settings = load(write(f"[intake]\nanswer = '{written}'"), {})
    assert (settings.intake.answer, settings.older) == (written, ())
    assert load(write(""), {}).intake.answer == "known"
