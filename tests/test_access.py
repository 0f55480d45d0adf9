"""The gate: Host, Origin, proxies, the token, and the headers of every answer."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.test import Client, TestResponse

from dashboard.web.access import Access
from dashboard.web.answers import HEADERS, PlainPages
from dashboard.web.hosts import Hosts, is_loopback, own_names
from dashboard.web.proxies import HEADERS as FORWARDED
from dashboard.web.tokens import OFFER, Token, take_offer

SECRET = "a-token-of-thirty-two-characters-"
HTML = {"Accept": "text/html"}
TRUSTED = (ip_network("10.0.0.0/8"),)


class Inner:
    """The application behind the gate: remembers what reached it."""

    def __init__(self) -> None:
        self.environs: list[WSGIEnvironment] = []
        self.error: Exception | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environs.append(environ)
        if self.error is not None:
            raise self.error
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"inside"]


class Gate:
    """A gate with a client in front of it."""

    def __init__(self, **options: object) -> None:
        self.inner = Inner()
        names = {"localhost", "127.0.0.1", "[::1]", "plot.example", "port.example:81"}
        given: dict[str, object] = {
            "hosts": Hosts(names, {"https://friend.example"}),
            "token": None,
            "pages": PlainPages(),
            **options,
        }
        self.access = Access(self.inner, **given)  # type: ignore[arg-type]  # a table of keywords
        self.client = Client(self.access, use_cookies=False)

    def ask(
        self, path: str = "/", method: str = "GET", headers: dict[str, str] | None = None, **options: object
    ) -> TestResponse:
        given = {"Host": "localhost:8420", **(headers or {})}
        peer = str(options.pop("peer", "127.0.0.1"))
        return self.client.open(
            path,
            method=method,
            headers=given,
            environ_overrides={"REMOTE_ADDR": peer},
            **options,  # type: ignore[arg-type]  # werkzeug checks its own options
        )


@pytest.fixture
def guarded() -> Gate:
    """A gate that asks for the token."""
    return Gate(token=Token(SECRET), cookie="plotroom-8420")


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8420",
        "LOCALHOST",
        "127.0.0.1:8420",
        "[::1]:8420",
        "plot.example",
        "plot.example.:9",
        "port.example:81",
    ],
)
def test_known_hosts_are_let_through(host: str) -> None:
    """Names of the list pass, whatever their case or port."""
    assert Gate().ask(headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:8420", "", "localhost,evil.example", "localhost/x",
     "user@localhost", "port.example", "port.example:82", "[::2]", "127.0.0.1.nip.io", "localhost:abc"],
)  # fmt: skip
def test_other_hosts_are_refused(host: str) -> None:
    """A name that is not on the list is refused, even when Origin matches it: that is what DNS rebinding looks like."""
    gate = Gate()
    for path in ("/", "/api/v1/metrics", "/socket.io/?EIO=4&transport=websocket"):
        answer = gate.ask(path, headers={"Host": host, "Origin": f"http://{host}"})
        assert answer.status_code == 403
        assert "allowed_hosts" in answer.text
    assert gate.inner.environs == []


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:8420", True),
        ("HTTP://LocalHost:8420", True),
        ("https://friend.example", True),
        ("https://localhost:8420", False),
        ("http://localhost:8421", False),
        ("http://localhost", False),
        ("http://evil.example", False),
        ("http://localhost:8420.evil.example", False),
        ("https://friend.example.evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_origin_is_compared_exactly(origin: str, allowed: bool) -> None:
    """A WebSocket handshake and a POST of another page are refused, down to scheme and port."""
    gate = Gate()
    upgrade = {"Origin": origin, "Upgrade": "websocket", "Connection": "Upgrade"}
    for answer in (
        gate.ask("/socket.io/?EIO=4&transport=websocket", headers=upgrade),
        gate.ask("/socket.io/?EIO=4&transport=polling", headers={"Origin": origin}),
        gate.ask("/anything", method="POST", headers={"Origin": origin}),
    ):
        assert answer.status_code == (200 if allowed else 403)


def test_programs_send_no_origin() -> None:
    """Without Origin and Sec-Fetch-Site it is no browser that asks."""
    gate = Gate()
    assert gate.ask("/x", method="POST").status_code == 200
    assert gate.ask("/api/v1/metrics").status_code == 200


DATA = ("/api/v1/query?metric=x", "/metrics", "/healthz", "/socket.io/?EIO=4&transport=polling")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("path", DATA)
def test_data_is_not_for_pages_of_others(path: str, method: str) -> None:
    """Whatever another site's page embeds, fetches or opens of the data is refused; our own and programs get it."""
    gate = Gate(base_path="/plot")
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9000", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ):
        for base in ("", "/plot"):
            assert gate.ask(base + path, method=method, headers=headers).status_code == 403
    assert gate.inner.environs == []
    for headers in (
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost:8420", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"},
    ):
        assert gate.ask(path, method=method, headers=headers).status_code == 200


def test_pages_may_be_linked_to() -> None:
    """A link on another site leads to a page; what the page loads is another matter."""
    gate = Gate()
    for site in ("cross-site", "same-site", "none"):
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        assert gate.ask("/d/cpu", headers=headers).status_code == 200
    assert gate.ask("/", headers={"Origin": "http://evil.example"}).status_code == 200


def test_a_server_on_all_addresses_answers_to_each() -> None:
    """Any IP address is as good as a name then, today's and tomorrow's; names are not, nor what looks like both."""
    gate = Gate(hosts=Hosts({"localhost"}, any_address=True))
    for host in ("192.0.2.77:8420", "10.1.2.3", "[2001:db8::1]:80", "[::1]", "localhost"):
        assert gate.ask(headers={"Host": host}).status_code == 200
    for host in ("evil.example", "192.0.2.77.nip.io", "192.0.2", "1", "0x7f000001", "[192.0.2.1]", "[1]", "256.1.1.1"):
        assert gate.ask(headers={"Host": host}).status_code == 403
    assert Gate(hosts=Hosts({"localhost"})).ask(headers={"Host": "192.0.2.77"}).status_code == 403


def test_default_ports_need_not_be_said() -> None:
    """Port 80 of http and 443 of https are the same origin with and without the number."""
    gate = Gate(proxies=TRUSTED)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "plot.example", "Origin": "https://plot.example:443"}
    assert gate.ask("/x", method="POST", headers=headers, peer="10.0.0.9").status_code == 200


def test_forwarded_headers_of_strangers_are_taken_away() -> None:
    """Nothing behind the gate sees X-Forwarded-* of a peer that is no configured proxy, and nothing believes it."""
    gate = Gate(proxies=TRUSTED)
    names = {name.removeprefix("HTTP_").replace("_", "-"): "evil.example" for name in FORWARDED}
    assert gate.ask(headers=names, peer="192.0.2.1").status_code == 200
    [environ] = gate.inner.environs
    assert not [name for name in FORWARDED if name in environ]
    assert (environ["REMOTE_ADDR"], environ["HTTP_HOST"], environ["wsgi.url_scheme"]) == (
        "192.0.2.1", "localhost:8420", "http",
    )  # fmt: skip
    forged = {"X-Forwarded-Host": "localhost", "Host": "evil.example", "Origin": "http://evil.example"}
    assert gate.ask(headers=forged, peer="192.0.2.1").status_code == 403


def test_a_trusted_proxy_is_believed() -> None:
    """A configured proxy says who asks, by which name and scheme; of a chain, the nearest stranger is the client."""
    gate = Gate(proxies=TRUSTED)
    headers = {
        "X-Forwarded-For": "6.6.6.6, 198.51.100.7, 10.1.1.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "plot.example",
        "X-Forwarded-Prefix": "/tools/plot/",
    }
    assert gate.ask("/d/cpu", headers=headers, peer="::ffff:10.0.0.9").status_code == 200
    [environ] = gate.inner.environs
    assert environ["REMOTE_ADDR"] == "198.51.100.7"
    assert (environ["wsgi.url_scheme"], environ["HTTP_HOST"]) == ("https", "plot.example")
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/tools/plot", "/d/cpu")
    evil = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "//evil.example"}
    assert gate.ask(headers=evil, peer="10.0.0.9").status_code == 403


def test_the_base_path_is_taken_off() -> None:
    """The application sees its own paths, whether the proxy has taken the base path off or not."""
    gate = Gate(base_path="/plot")
    assert gate.ask("/plot/d/cpu").status_code == 200
    assert gate.ask("/plot/socket.io/").status_code == 200
    assert gate.ask("/d/cpu").status_code == 200
    assert gate.ask("/plotter").status_code == 200
    assert gate.ask("/plot").headers["Location"] == "/plot/"
    assert [(one["SCRIPT_NAME"], one["PATH_INFO"]) for one in gate.inner.environs] == [
        ("/plot", "/d/cpu"),
        ("/plot", "/socket.io/"),
        ("/plot", "/d/cpu"),
        ("/plot", "/plotter"),
    ]


@pytest.mark.parametrize(
    "path",
    ["/", "/d/cpu", "/healthz", "/metrics", "/api/v1/metrics", "/api/v1/query?metric=x", "/static/x/js/main.js",
     "/socket.io/?EIO=4&transport=websocket", "/socket.io/?EIO=4&transport=polling", "/nothing", "/login", "//x",
     "/login/x"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_without_a_token_nothing_is_reached(guarded: Gate, path: str, method: str) -> None:
    """Every route and every method asks for the token."""
    answer = guarded.ask(path, method=method)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert guarded.inner.environs == []


def test_a_bearer_token_lets_programs_in(guarded: Gate) -> None:
    """Programs send the token in Authorization; a wrong one, or another scheme, is refused."""
    assert guarded.ask("/metrics", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 200
    for wrong in (f"Bearer {SECRET}x", "Bearer ", f"Basic {SECRET}", SECRET, "Bearer \xe9"):
        answer = guarded.ask("/metrics", headers={"Authorization": wrong})
        assert answer.status_code == 401
        assert answer.get_json()["error"]["code"] == "unauthorized"


def test_a_websocket_may_offer_the_token(guarded: Gate) -> None:
    """A page of an allowed origin shows the token among its WebSocket's protocols, which nothing behind gets to see."""
    handshake, friend = "/socket.io/?EIO=4&transport=websocket", {"Origin": "https://friend.example"}

    def offering(protocols: str, path: str = handshake, **headers: str) -> int:
        return guarded.ask(path, headers={"Sec-WebSocket-Protocol": protocols, **friend, **headers}).status_code

    assert offering(f"plotroom, {OFFER}{SECRET}") == 200
    assert guarded.inner.environs.pop()["HTTP_SEC_WEBSOCKET_PROTOCOL"] == "plotroom"
    for protocols in (
        "plotroom",
        OFFER,
        f"plotroom, {OFFER}{SECRET}x",
        f"plotroom, {SECRET}",
        f"{OFFER}x, {OFFER}{SECRET}",
    ):
        assert offering(protocols) == 401, protocols
    assert offering(f"plotroom, {OFFER}{SECRET}", "/api/v1/metrics") == 401
    assert offering(f"plotroom, {OFFER}{SECRET}", Origin="https://evil.example") == 403
    assert guarded.inner.environs == []


@pytest.mark.parametrize(
    ("protocols", "token", "left"),
    [(f"plotroom,{OFFER}x", "x", "plotroom"), (f" {OFFER}x ", "x", None), ("a, b", "", "a, b"), (",", "", None)],
)
def test_an_offered_token_is_taken_out(protocols: str, token: str, left: str | None) -> None:
    """Of the protocols of a WebSocket the token goes, and the others stay."""
    environ: WSGIEnvironment = {"HTTP_SEC_WEBSOCKET_PROTOCOL": protocols}
    assert take_offer(environ) == token
    assert environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL") == left
    assert take_offer({}) == ""


def test_a_link_with_the_token_becomes_a_cookie(guarded: Gate) -> None:
    """The token of a link is exchanged for a strict cookie, by a page that leads to the clean address."""
    answer = guarded.ask(f"/d/cpu?window=60&token={SECRET}", headers=HTML)
    assert answer.status_code == 200
    assert 'content="0; url=/d/cpu?window=60"' in answer.text
    assert SECRET not in answer.text
    cookie = answer.headers["Set-Cookie"]
    assert SECRET not in cookie
    name, _, value = cookie.partition(";")[0].partition("=")
    assert name == "plotroom-8420"
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
        assert attribute in cookie
    assert "Secure" not in cookie
    assert guarded.ask(headers={"Cookie": f"{name}={value}"}).text == "inside"
    assert guarded.ask("/socket.io/", headers={"Cookie": f"{name}={value}"}).text == "inside"


def test_over_https_the_cookie_is_secure() -> None:
    """Behind a proxy that speaks TLS the cookie is marked Secure, and belongs to the base path."""
    gate = Gate(token=Token(SECRET), proxies=TRUSTED, base_path="/plot")
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "plot.example"}
    cookie = gate.ask(f"/plot/?token={SECRET}", headers=headers, peer="10.0.0.1").headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "Path=/plot;" in cookie


def test_a_wrong_link_shows_the_form(guarded: Gate) -> None:
    """A link with another token leads to the form, which does not repeat it."""
    answer = guarded.ask("/?token=wrong", headers=HTML)
    assert answer.status_code == 401
    assert "not valid" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "wrong" not in answer.text


def test_old_and_invented_cookies_are_worth_nothing(guarded: Gate) -> None:
    """A cookie of a token that was renewed, the token itself, or anything else is no way in."""
    for value in (Token("another-token-of-thirty-two-chars").cookie, SECRET, "", "x", "\xe9"):
        assert guarded.ask(headers={"Cookie": f"plotroom-8420={value}"}).status_code == 401
    good = Token(SECRET).cookie
    assert guarded.ask(headers={"Cookie": f"plotroom-8421={good}"}).status_code == 401


def test_the_form_lets_one_in(guarded: Gate) -> None:
    """The token can be pasted into the form; then one goes where one wanted to."""
    form = guarded.ask("/d/cpu", headers=HTML).text
    assert 'action="/login"' in form
    assert 'value="/d/cpu"' in form
    answer = guarded.ask("/login", method="POST", data={"token": f" {SECRET}\n", "next": "/d/cpu"})
    assert answer.status_code == 200
    assert "url=/d/cpu" in answer.text
    assert "Set-Cookie" in answer.headers
    assert guarded.ask("/login", method="POST", data={"token": "wrong"}).status_code == 401
    assert guarded.ask("/login", method="POST", data={"token": "x" * 5000}).status_code == 413


def test_a_form_without_a_length_is_bounded(guarded: Gate) -> None:
    """A form that comes in chunks, and so does not say how long it is, is read no further than one that does."""
    endless = io.BytesIO(b"token=" + b"x" * 1_000_000)
    answer = guarded.client.open(
        "/login", method="POST", headers={"Host": "localhost"}, content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": endless, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )  # fmt: skip
    assert answer.status_code in (401, 413)
    assert endless.tell() < 20_000


def test_half_a_form_is_a_bad_request(guarded: Gate) -> None:
    """A client that hangs up in the middle of the form is no error of ours."""
    answer = guarded.client.open(
        "/login", method="POST", headers={"Host": "localhost"}, content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": io.BytesIO(b"token="), "CONTENT_LENGTH": "100"},
    )  # fmt: skip
    assert answer.status_code == 400


def test_the_form_of_another_page_is_refused(guarded: Gate) -> None:
    """Another site can't sign a visitor in."""
    headers = {"Origin": "http://evil.example"}
    answer = guarded.ask("/login", method="POST", data={"token": SECRET}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "onward",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a b", "", "/x\n", "/login"],
)
def test_signing_in_stays_on_this_server(guarded: Gate, onward: str) -> None:
    """Where one goes after signing in can't be another server, whatever the link said."""
    answer = guarded.ask("/login", method="POST", data={"token": SECRET, "next": onward})
    assert 'content="0; url=/"' in answer.text


def test_what_is_quoted_is_escaped(guarded: Gate) -> None:
    """Markup in an address or a host name is text in the page."""
    text = guarded.ask("/d/%22%3E%3Cscript%3Ealert(1)%3C/script%3E?a=%3Cb%3E", headers=HTML).text
    assert "<script" not in text
    assert "<b>" not in text
    assert "<script" not in Gate().ask(headers={"Host": "<script>"}).text


def test_a_click_on_another_site_still_finds_the_cookie(guarded: Gate) -> None:
    """Browsers hold a strict cookie back then, so a page of ours asks again; asked from there, the form is shown."""
    first = guarded.ask("/d/cpu", headers={**HTML, "Sec-Fetch-Site": "cross-site"})
    assert first.status_code == 200
    assert "url=/d/cpu" in first.text
    assert guarded.ask("/d/cpu", headers={**HTML, "Sec-Fetch-Site": "same-origin"}).status_code == 401


def test_a_token_in_the_address_bar_goes_away(guarded: Gate) -> None:
    """Who is signed in and follows the link again comes to the clean address, too."""
    cookie = {"Cookie": f"plotroom-8420={Token(SECRET).cookie}"}
    assert 'url=/d/cpu"' in guarded.ask(f"/d/cpu?token={SECRET}", headers=cookie).text


def test_wrong_tokens_do_not_lock_the_right_one_out(guarded: Gate) -> None:
    """However many wrong ones came from an address before, the right token lets in from there."""
    for place in range(50):
        assert guarded.ask(f"/?token={place}", headers=HTML).status_code == 401
        assert guarded.ask("/metrics", headers={"Authorization": f"Bearer {place}"}).status_code == 401
        assert guarded.ask("/login", method="POST", data={"token": str(place)}).status_code == 401
    assert guarded.ask("/login", method="POST", data={"token": SECRET}).status_code == 200
    assert guarded.ask("/metrics", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 200


@pytest.mark.parametrize(
    "ask",
    [
        lambda gate: gate.ask(headers={"Authorization": f"Bearer {SECRET}"}),
        lambda gate: gate.ask(),
        lambda gate: gate.ask("/api/v1/metrics"),
        lambda gate: gate.ask(headers={"Host": "evil.example"}),
        lambda gate: gate.ask(f"/?token={SECRET}"),
        lambda gate: gate.ask("/login", method="POST", data={"token": "x" * 5000}),
    ],
)
def test_every_answer_has_the_headers(guarded: Gate, ask: Callable[[Gate], TestResponse]) -> None:
    """Answers of the application and of the gate itself, good and bad, carry all security headers, each once."""
    answer = ask(guarded)
    for name, value in HEADERS.items():
        [given] = answer.headers.getlist(name)
        if name == "Content-Security-Policy":
            assert "default-src 'none'" in given
            assert "frame-ancestors 'none'" in given
            assert "unsafe-inline" not in given and "unsafe-eval" not in given
        elif name == "Referrer-Policy":
            assert given in ("no-referrer", "same-origin")
        else:
            assert given == value


def test_the_plain_pages_need_nothing_else(guarded: Gate) -> None:
    """The form loads no file: its style is inlined and allowed by its hash."""
    answer = guarded.ask(headers=HTML)
    assert not re.findall(r"<(?:script|img|link[^>]+stylesheet)", answer.text)
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/api/v1/x", "application/json")])
def test_an_error_is_a_sentence(caplog: pytest.LogCaptureFixture, path: str, kind: str) -> None:
    """What goes wrong behind the gate is told to the log; the reader gets a sentence and no traceback."""
    gate = Gate()
    gate.inner.error = RuntimeError("secret detail")
    answer = gate.ask(f"{path}?token={SECRET}")
    assert answer.status_code == 500
    assert answer.content_type.startswith(kind)
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret detail" in caplog.text
    assert SECRET not in caplog.text


def test_the_log_has_no_lines_of_others(caplog: pytest.LogCaptureFixture) -> None:
    """A path may hold line ends and colours of a terminal; in the log they are spelled out."""
    gate = Gate()
    gate.inner.error = RuntimeError("a bug")
    gate.ask("/d/%0aERROR%20forged%1b[31m")
    [record] = caplog.records
    assert "\\nERROR forged\\x1b[31m" in record.getMessage()
    assert record.getMessage().isprintable()


def test_a_lost_connection_is_not_answered() -> None:
    """When the client is gone, or a WebSocket has ended, there is nobody to answer."""
    gate = Gate()
    gate.inner.error = ConnectionResetError()
    with pytest.raises(ConnectionResetError):
        gate.ask()


def test_loopback_is_told_from_the_rest() -> None:
    """Only addresses that no other machine can reach count as loopback."""
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.9.1", "::1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.1", "example.org", "")))


def test_a_server_knows_its_own_names() -> None:
    """The bound address, the loopback names and the machine's name are allowed."""
    assert {"localhost", "127.0.0.1", "[::1]", "192.0.2.5"} <= own_names("192.0.2.5")
    assert "[2001:db8::5]" in own_names("2001:DB8::5")
    assert socket.gethostname().lower() in own_names("0.0.0.0")
