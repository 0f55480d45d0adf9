"""Static files: what is served, how it is packed, and for how long it may be kept."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.web import assets, refusals
from dashboard.web.answers import PlainPages
from dashboard.web.assets import FOREVER, TYPES, Assets

SCRIPT = "export const answer = 42;\n" * 50
GZIP = {"Accept-Encoding": "br, gzip"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of static files, with a secret beside it."""
    root = tmp_path / "static"
    (root / "js").mkdir(parents=True)
    (root / "vendor").mkdir()
    (root / "js" / "main.js").write_text(SCRIPT)
    (root / "page.css").write_text("body{}")
    (root / "dot.png").write_bytes(b"\x89PNG")
    (root / "vendor" / "lib.js").write_bytes(b"plain")
    (root / "vendor" / "lib.js.gz").write_bytes(gzip.compress(b"plain", mtime=0))
    (root / "vendor" / "only.js.gz").write_bytes(gzip.compress(b"only packed", mtime=0))
    (root / ".hidden.js").write_text("no")
    (root / "refresh.py").write_text("no")
    (tmp_path / "secret.js").write_text("no")
    (root / "link.js").symlink_to(tmp_path / "secret.js")
    return root


class Calls:
    """A `native` that counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, function: Callable[..., object], *arguments: object) -> object:
        self.count += 1
        return function(*arguments)


def client_of(found: Assets) -> FlaskClient:
    app = Flask("test", static_folder=None)
    app.register_blueprint(assets.blueprint(found))
    refusals.install(app, PlainPages())
    return app.test_client()


def test_files_are_served_for_ever(folder: Path) -> None:
    """A file of the current build may be kept without asking again, and has its type."""
    found = Assets(Calls(), folder)
    answer = client_of(found).get(f"/static/{found.build}/js/main.js")
    assert answer.status_code == 200
    assert answer.text == SCRIPT
    assert answer.headers["Cache-Control"] == FOREVER
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content_type == "text/javascript; charset=utf-8"


def test_text_is_packed(folder: Path) -> None:
    """Who takes gzip gets it: what stands packed on disk as it is, the rest packed once in a native thread."""
    native = Calls()
    found = Assets(native, folder)
    client = client_of(found)
    for path, content in (("js/main.js", SCRIPT), ("vendor/lib.js", "plain"), ("vendor/only.js", "only packed")):
        for _ in range(2):
            answer = client.get(f"/static/{found.build}/{path}", headers=GZIP)
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(answer.data).decode() == content
        assert client.get(f"/static/{found.build}/{path}").text == content
    assert native.count == 9
    picture = client.get(f"/static/{found.build}/dot.png", headers=GZIP)
    assert "Content-Encoding" not in picture.headers


def test_a_client_may_refuse_gzip(folder: Path) -> None:
    """`gzip;q=0` is a refusal."""
    found = Assets(Calls(), folder)
    answer = client_of(found).get(f"/static/{found.build}/js/main.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert answer.text == SCRIPT


def test_the_build_stands_for_the_content(folder: Path) -> None:
    """The same files give the same build, any change another; so do no changes of what is not served."""
    first = Assets(Calls(), folder).build
    assert Assets(Calls(), folder).build == first
    (folder / "refresh.py").write_text("other")
    assert Assets(Calls(), folder).build == first
    (folder / "page.css").write_text("body{color:red}")
    assert Assets(Calls(), folder).build != first


def test_another_build_is_not_here(folder: Path) -> None:
    """A file of another version is refused, so that nobody keeps this one's under its address."""
    answer = client_of(Assets(Calls(), folder)).get("/static/0123456789ab/js/main.js")
    assert answer.status_code == 404
    assert answer.get_json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.js",
        "..%2fsecret.js",
        "%2e%2e/secret.js",
        "js/../../secret.js",
        "js/..%2f..%2fsecret.js",
        "..\\secret.js",
        "//etc/passwd",
        "/etc/passwd",
        "%00",
        "js/main.js%00.png",
        "js",
        "js/",
        "",
        ".hidden.js",
        "refresh.py",
        "link.js",
        "vendor/lib.js.gz",
    ],
)
def test_nothing_else_is_served(folder: Path, path: str) -> None:
    """No path leads out of the folder, to a hidden file, a link, a folder, or a type that is not for browsers."""
    found = Assets(Calls(), folder)
    assert client_of(found).get(f"/static/{found.build}/{path}").status_code in (308, 404)
    assert client_of(found).get(f"/static/{found.build}/{path}", follow_redirects=True).status_code == 404


def test_our_own_files_are_found() -> None:
    """Every file under static/ that a browser can use has a type that we serve."""
    found = Assets(Calls())
    assert all(Path(path).suffix in TYPES for path in found.paths())
