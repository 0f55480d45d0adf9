"""The token of a server that others can reach: its file, its cookie, and comparing it."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from wsgiref.types import WSGIEnvironment

from dashboard.errors import CannotStart

FILE = "token"
#: What stands before the token among the protocols that a WebSocket offers. A page of another origin can show it in no
#: other way: browsers let it choose neither headers nor cookies, and an address ends up in logs.
OFFER = "plotroom.token."
_PROTOCOLS = "HTTP_SEC_WEBSOCKET_PROTOCOL"


class Token:
    """A token and the cookie value that stands for it.

    The cookie holds a value derived from the token, so that a stolen cookie jar does not give the token away, and a
    renewed token ends every cookie at once.
    """

    def __init__(self, value: str) -> None:
        self.value = value
        self.cookie = hmac.new(value.encode(), b"plotroom cookie 1", hashlib.sha256).hexdigest()

    def matches(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self.value.encode())

    def matches_cookie(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self.cookie.encode())


def take_offer(environ: WSGIEnvironment) -> str:
    """The token among the protocols that a WebSocket offers, or "". It is taken out: nothing behind needs to see it."""
    if _PROTOCOLS not in environ:
        return ""
    protocols = [one.strip() for one in environ.pop(_PROTOCOLS).split(",")]
    others = [one for one in protocols if one and not one.startswith(OFFER)]
    if others:
        environ[_PROTOCOLS] = ", ".join(others)
    return next((one.removeprefix(OFFER) for one in protocols if one.startswith(OFFER)), "")


def make_data_dir(folder: Path) -> None:
    """The data folder, for this user alone when it is new.

    Raises:
        CannotStart: it can't be made.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise CannotStart(f"data folder {folder}: is a file, not a folder; name another one with --data-dir") from None
    except OSError as error:
        raise CannotStart(f"data folder {folder}: {error.strerror}; name another one with --data-dir") from None


def keep_token(folder: Path) -> tuple[Token, bool]:
    """The token kept in the data folder, and whether it was made just now.

    Raises:
        CannotStart: its file can't be read, written, or holds no token.
    """
    path = folder / FILE
    token = _read(path)
    if token is not None:
        return token, False
    make_data_dir(folder)
    fresh = Token(secrets.token_urlsafe(32))
    try:
        draft = _write_draft(folder, fresh)
        try:
            # A link, unlike a rename, does not overwrite: of two servers that start at once, the first's token wins.
            os.link(draft, path)
        finally:
            draft.unlink()
    except FileExistsError:
        return keep_token(folder)
    except OSError as error:
        raise CannotStart(f"token file {path}: {error.strerror}; name another folder with --data-dir") from None
    return fresh, True


def read_token(folder: Path) -> Token | None:
    """The token kept in the data folder, None when there is none yet.

    Raises:
        CannotStart: its file can't be read, or holds no token.
    """
    return _read(folder / FILE)


def renew_token(folder: Path) -> Token:
    """Put a new token in place of the old; a running server goes on with its own until it is restarted.

    Raises:
        CannotStart: its file can't be written.
    """
    make_data_dir(folder)
    fresh = Token(secrets.token_urlsafe(32))
    try:
        _write_draft(folder, fresh).replace(folder / FILE)
    except OSError as error:
        raise CannotStart(f"token file {folder / FILE}: {error.strerror}") from None
    return fresh


def _read(path: Path) -> Token | None:
    try:
        text = path.read_text(encoding="ascii").strip()
        # Copied with loose permissions, or restored from a backup.
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except (FileNotFoundError, NotADirectoryError):  # the latter is told when the folder is made
        return None
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise CannotStart(f"token file {path}: {error.strerror}") from None
    if not re.fullmatch(r"[\w-]{32,}", text):
        raise CannotStart(f"token file {path} holds no token; make a new one with `plotroom token --renew`")
    return Token(text)


def _write_draft(folder: Path, token: Token) -> Path:
    draft = folder / f".{FILE}-{secrets.token_hex(8)}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(token.value + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft
