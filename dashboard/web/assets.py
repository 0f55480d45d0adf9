"""The static files: `/static/<build>/<path>`, cached for ever because another content has another build."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from dashboard.errors import RequestRefused
from dashboard.paths import STATIC

#: What we serve; the machine's own table of types is not asked, since it may say anything.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_COMPRESSED_ALREADY = (".ico", ".png", ".woff2")
FOREVER = "public, max-age=31536000, immutable"
#: Larger files are not kept in memory once they are compressed.
MAX_KEPT = 2 * 2**20
#: Under this path the plotly package's own bundle is served, for charts that the vendored, leaner one lacks.
FULL_BUNDLE = "plotly.full.min.js"


@dataclass(frozen=True)
class Asset:
    """One file.

    Attributes:
        file: where it is, or would be if it stood there uncompressed.
        plain: whether it does.
        precompressed: the `.gz` beside it, if there is one.
        made: its content, when it is no file at all.
    """

    file: Path
    plain: bool
    precompressed: Path | None
    made: bytes | None = None

    @property
    def content_type(self) -> str:
        return TYPES[self.file.suffix]

    def read(self) -> bytes:
        """What the browser gets, without compression."""
        if self.made is not None:
            return self.made
        if self.plain or self.precompressed is None:
            return self.file.read_bytes()
        return gzip.decompress(self.precompressed.read_bytes())

    def stored(self) -> bytes:
        """What stands for its content."""
        if self.made is None and not self.plain and self.precompressed is not None:
            return self.precompressed.read_bytes()
        return self.read()


class Assets:
    """The files of one folder as they were at the start, and the build that stands for their content.

    Only what the walk at the start has found is served, so no path in a request reaches the file system.

    Args:
        native: runs a function in a native thread and waits for it.
        folder: its files of known types are served.
        more: files from elsewhere, by the path under which they are served.
        made: texts that are no files, in the same way.
    """

    def __init__(
        self,
        native: Callable[..., Any],  # Any: what the function returns
        folder: Path = STATIC,
        more: Mapping[str, Path] = MappingProxyType({}),
        made: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._native = native
        self._assets = (
            _find(folder)
            | {path: Asset(file, True, None) for path, file in more.items()}
            | {path: Asset(Path(path), False, None, text.encode()) for path, text in made.items()}
        )
        self._kept: dict[str, bytes] = {}  # by path; never outdated, for another content is another process
        self.build = _hash(self._assets)

    def __contains__(self, path: str) -> bool:
        return path in self._assets

    def paths(self) -> list[str]:
        return sorted(self._assets)

    def respond(self, path: str, accepts_gzip: bool) -> Response:
        """The answer for a path of this build.

        Raises:
            RequestRefused: there is no such file.
        """
        asset = self._assets.get(path)
        if asset is None:
            raise RequestRefused(404, "not_found", "There is no such file.")
        compressible = asset.file.suffix not in _COMPRESSED_ALREADY
        body = self._native(self._read, path, asset, accepts_gzip and compressible)
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if accepts_gzip and compressible:
            headers["Content-Encoding"] = "gzip"
        return Response(body, content_type=asset.content_type, headers=headers)

    def _read(self, path: str, asset: Asset, compressed: bool) -> bytes:
        if compressed and asset.precompressed is not None:
            return asset.precompressed.read_bytes()
        if compressed and path in self._kept:
            return self._kept[path]
        content = asset.read()
        if not compressed:
            return content
        packed = gzip.compress(content, 6, mtime=0)
        if len(packed) <= MAX_KEPT:
            self._kept[path] = packed
        return packed


def full_bundle() -> dict[str, Path]:
    """The plotly package's bundle of plotly.js, found without importing the package, which takes a while."""
    spec = find_spec("plotly")
    folders = spec.submodule_search_locations if spec is not None else None
    return {FULL_BUNDLE: Path(folders[0]) / "package_data" / "plotly.min.js"} if folders else {}


def blueprint(assets: Assets) -> Blueprint:
    """The route of the static files."""
    routes = Blueprint("assets", __name__)

    @routes.get("/static/<build>/<path:path>")
    def static_file(build: str, path: str) -> Response:
        # A page of another build must not cache this build's file under its own address.
        if build != assets.build:
            raise RequestRefused(404, "not_found", "That file belongs to another version of Plotroom; reload the page.")
        return assets.respond(path, accepts_gzip=request.accept_encodings["gzip"] > 0)

    return routes


def _find(folder: Path) -> dict[str, Asset]:
    files = {file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()}
    assets = {}
    for file in files:
        bare = file.with_suffix("") if file.suffix == ".gz" else file
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if bare.suffix not in TYPES or hidden:
            continue
        packed = bare.with_name(bare.name + ".gz")
        assets[bare.relative_to(folder).as_posix()] = Asset(bare, bare in files, packed if packed in files else None)
    return assets


def _hash(assets: dict[str, Asset]) -> str:
    digest = hashlib.sha256()
    for path, asset in sorted(assets.items()):
        content = asset.stored()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]
