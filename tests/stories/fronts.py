"""What stands in front of the house: nginx, Caddy and Apache, each as the README sets it up, and who comes by it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from tests.mailers.servers import free_port
from tests.stories.house import ROOT, eventually

NAME = "saraban.office.example"
_README = (ROOT / "README.md").read_text("utf-8")
_KEPT_BY = re.compile(r"/etc/letsencrypt/live/\S+?/(fullchain|privkey)\.pem")
_MODULES = ("mpm_event", "authz_core", "socache_shmcb", "ssl", "http2", "headers", "proxy", "proxy_http")


def example(program: str) -> str:
    """The README's configuration of a program."""
    (block,) = re.findall(rf"(?ms)^```{program}\n(.*?)^```", _README)
    return str(block)


@dataclass
class Front:
    """A proxy in `folder`, on ports of its own, before a house on the port `behind`."""

    program: str
    folder: Path
    behind: int
    port: int = field(default_factory=free_port)
    plain: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """The public address."""
        return f"https://{NAME}:{self.port}"

    @property
    def certificate(self) -> Path:
        """What it shows, and its visitors trust."""
        return self.folder / "fullchain.pem"

    def __enter__(self) -> Self:
        self.folder.mkdir()
        names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        files = ["-keyout", str(self.folder / "privkey.pem"), "-out", str(self.certificate)]
        wanted = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
        subprocess.run(wanted, check=True, capture_output=True)
        config = self.folder / "config"
        config.write_text({"nginx": self._nginx, "caddy": self._caddy, "apache": self._apache}[self.program](), "utf-8")
        with (self.folder / "said").open("ab") as said:
            self._process = subprocess.Popen(self._command(config), stdout=said, stderr=said, env=self._environment())
        eventually(self._listens, f"{self.program} listens")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)
        print(f"{self.program} said:\n{(self.folder / 'said').read_text('utf-8', 'replace')[-2000:]}")

    def _listens(self) -> bool:
        assert self._process.poll() is None, (self.folder / "said").read_text("utf-8", "replace")
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", self.port)) == 0

    def _command(self, config: Path) -> list[str]:
        program = {"apache": "apache2"}.get(self.program, self.program)
        found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        assert found, f"{program} is missing: run tests/provision"
        return [found, *{
            "nginx": ["-e", "stderr", "-p", str(self.folder), "-c", str(config), "-g", "daemon off;"],
            "caddy": ["run", "--adapter", "caddyfile", "--config", str(config)],
            "apache": ["-D", "FOREGROUND", "-f", str(config)],
        }[self.program]]  # fmt: skip

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}

    def _example(self) -> str:
        """The README's text with the files and ports of here."""
        text = _KEPT_BY.sub(lambda found: str(self.folder / f"{found[1]}.pem"), example(self.program))
        return text.replace("127.0.0.1:8080", f"127.0.0.1:{self.behind}")

    def _nginx(self) -> str:
        text = self._example().replace("listen 443 ", f"listen 127.0.0.1:{self.port} ")
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.plain};")
        places = "".join(
            f"{name}_temp_path temp_{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        return f"{user} pid pid; events {{}} http {{ access_log off; {places}\n{text}}}"

    def _caddy(self) -> str:
        own = ["admin off", "auto_https disable_redirects", "default_bind 127.0.0.1"]
        own += [f"https_port {self.port}", f"http_port {self.plain}"]
        kept = f"tls {self.certificate} {self.folder / 'privkey.pem'}"
        return "\n".join(["{", *own, "}", ""]) + self._example().replace(f"{NAME} {{", f"{NAME} {{\n{kept}", 1)

    def _apache(self) -> str:
        own = [f"ServerRoot {self.folder}", f"DefaultRuntimeDir {self.folder}", f"PidFile {self.folder}/pid"]
        own += [f"ServerName {NAME}", "ErrorLog /dev/stderr", f"Listen 127.0.0.1:{self.port}"]
        own += ["User www-data", "Group www-data"] if os.geteuid() == 0 else []
        own += [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in _MODULES]
        return "\n".join(own) + "\n" + self._example().replace("*:443", f"*:{self.port}")


@dataclass
class Answer:
    """What came back."""

    status: int
    place: str
    body: bytes

    @property
    def text(self) -> str:
        """As a page."""
        return self.body.decode()

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no {name}: {self.status} {self.text[:500]}"
        return found[1]


@dataclass
class Outsider:
    """A browser elsewhere: comes by the proxy from an address of its own, and lies about it in a header."""

    front: Front
    address: str  # of this machine's loopback network
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request."""
        connection, response = self.open(method, path, body, **headers)
        answer = Answer(response.status, response.headers.get("Location", ""), response.read())
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def open(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[HTTPConnection, HTTPResponse]:
        """The same, with the answer still to be read."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        sent |= {"Origin": self.front.url, "X-Forwarded-For": "203.0.113.9", "Host": f"{NAME}:{self.front.port}"}
        connection = _Connection(self.front, self.address)
        connection.request(method, path, body, sent | {name.replace("_", "-"): one for name, one in headers.items()})
        return connection, connection.getresponse()

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form."""
        return self.ask("POST", path, urlencode(fields).encode(), Content_Type="application/x-www-form-urlencoded")

    def upload(self, path: str, fields: Mapping[str, str], files: Mapping[str, bytes]) -> Answer:
        """Send a form with files."""
        edge, parts = "an-edge-that-no-file-has", list[bytes]()
        for name, value in fields.items():
            parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, content in files.items():
            head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
            parts += [head.encode(), content, b"\r\n"]
        body = b"".join([*parts, f"--{edge}--\r\n".encode()])
        return self.ask("POST", path, body, Content_Type=f"multipart/form-data; boundary={edge}")


class _Connection(HTTPSConnection):
    def __init__(self, front: Front, address: str) -> None:
        super().__init__("127.0.0.1", front.port, timeout=60)
        self._own, self._front = address, front

    def connect(self) -> None:
        bare = socket.create_connection((self.host, self.port), self.timeout, (self._own, 0))
        self.sock = trusting(self._front).wrap_socket(bare, server_hostname=NAME)


def trusting(front: Front) -> ssl.SSLContext:
    """TLS with nothing but that certificate."""
    return ssl.create_default_context(cafile=str(front.certificate))
