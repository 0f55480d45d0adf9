"""Fetches the front end's libraries with npm and writes them here, with licences, checksums and compressed siblings.

`make vendor` runs it. The pins below are the whole choice: change a version here, run it, look at the difference.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Package:
    """An npm package and the one file that we serve of it; `licence` is the file that holds its terms."""

    name: str
    version: str
    file: str
    licence: str = "LICENSE"


# plotly.js has to be the version inside the installed plotly wheel: figures made in Python are drawn with it.
PACKAGES = (
    Package("vue", "3.5.45", "dist/vue.runtime.esm-browser.prod.js"),
    Package("htm", "3.1.1", "dist/htm.module.js"),
    Package("socket.io-client", "4.8.4", "dist/socket.io.esm.min.js"),
    Package("plotly.js-cartesian-dist-min", "4.1.1", "plotly-cartesian.min.js"),
    Package("markdown-it", "15.0.3", "dist/browser/markdown-it.umd.min.js"),
    Package("gridstack", "14.1.0", "dist/gridstack-all.js"),
    Package("gridstack", "14.1.0", "dist/gridstack.min.css"),
)
PLOTLY = "plotly-cartesian.min.js"
# What figures of maps are drawn over; Plotly would fetch it from its own servers. Finer ones are far larger.
MAPS = Package("plotly.js", "4.1.1", "dist/plotly-geo-assets.js")
MAPS_FOLDER = "maps"
RESOLUTION = "110m"
STYLE = "plotly.css"


def main() -> int:
    npm = shutil.which("npm")
    if npm is None:
        say("refresh: npm is not installed; install Node 20 or later and try again")
        return 1
    (FOLDER / "licences").mkdir(exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            rows.append(copied(package, fetched(npm, package, Path(folder))))
        rows += extracted_maps(fetched(npm, MAPS, Path(folder)))
    style = extracted_style((FOLDER / PLOTLY).read_text("utf-8"))
    (FOLDER / STYLE).write_text(style, "utf-8")
    plotly = next(row for row in rows if row["file"] == PLOTLY)
    rows.append({**plotly, "file": STYLE, "source": f"the style rules inside {PLOTLY}", **checked(STYLE)})
    (FOLDER / "vendor.json").write_text(json.dumps({"files": rows}, indent=2) + "\n", "utf-8")
    for row in rows:
        compress(FOLDER / str(row["file"]))
        say(f"{row['file']}: {row['package']} {row['version']}, {row['licence']}, {row['bytes']:,} bytes")
    return 0


def fetched(npm: str, package: Package, folder: Path) -> Path:
    """The unpacked package, as `npm pack` gives it."""
    wanted = f"{package.name}@{package.version}"
    done = subprocess.run(
        [npm, "pack", "--silent", "--pack-destination", str(folder), wanted],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"refresh: npm could not fetch {wanted}: {done.stderr.strip()}")
    archive = folder / done.stdout.split()[-1]
    target = folder / package.name.replace("/", "-")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def extracted_maps(source: Path) -> list[dict[str, object]]:
    """Write the outlines of the world and of its parts, each a file that Plotly asks for by its name."""
    script = "globalThis.window = globalThis; process.stdout.write(JSON.stringify(require(process.argv[1]).topojson))"
    done = subprocess.run(["node", "-e", script, str(source / MAPS.file)], capture_output=True, check=True)
    (FOLDER / MAPS_FOLDER).mkdir(exist_ok=True)
    licence = f"licences/{MAPS.name}.txt"
    (FOLDER / licence).write_bytes((source / MAPS.licence).read_bytes())
    rows = []
    for name, content in sorted(json.loads(done.stdout).items()):
        if name.endswith(RESOLUTION):
            file = f"{MAPS_FOLDER}/{name}.json"
            (FOLDER / file).write_text(json.dumps(content, separators=(",", ":")), "utf-8")
            rows.append(
                {
                    "file": file, "package": MAPS.name, "version": MAPS.version, "source": f"{name} inside {MAPS.file}",
                    "origin": f"npm pack {MAPS.name}@{MAPS.version}", "licence": "MIT", "licence_file": licence,
                    **checked(file),
                }
            )  # fmt: skip
    return rows


def copied(package: Package, source: Path) -> dict[str, object]:
    """Copy the file and the licence of an unpacked package, and give its row for vendor.json."""
    name = Path(package.file).name
    shutil.copyfile(source / package.file, FOLDER / name)
    licence = f"licences/{package.name}.txt"
    (FOLDER / licence).write_bytes((source / package.licence).read_bytes())
    described = json.loads((source / "package.json").read_text("utf-8"))
    return {
        "file": name,
        "package": package.name,
        "version": described["version"],
        "source": package.file,
        "origin": f"npm pack {package.name}@{package.version}",
        "licence": described["license"],
        "licence_file": licence,
        **checked(name),
    }


def checked(name: str) -> dict[str, object]:
    content = (FOLDER / name).read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def extracted_style(bundle: str) -> str:
    """The rules that plotly.js would insert into the page at run time, as a file.

    Our Content-Security-Policy refuses inserted styles; plotly.js leaves them out when it finds an element
    `#plotly\\.js-style-global.no-inline-styles`, and then somebody else has to bring them.
    """
    start = bundle.index('{"X,X div":')
    table = bundle[start : bundle.index("};", start)]
    rule = re.compile(r"""(?:"([^"]+)"|([XY])):(?:"([^"]*)"|'([^']*)')""")
    lines = []
    for quoted, bare, double, single in rule.findall(table):
        selector = (quoted or bare).replace("X", ".js-plotly-plot .plotly").replace("Y", ".plotly-notifier")
        lines.append(f"{selector} {{ {double or single} }}")
    if len(lines) < 20:
        raise SystemExit(f"refresh: {PLOTLY} is laid out differently now: only {len(lines)} style rules were found")
    return "/* Taken from plotly.js by refresh.py; see vendor.json. */\n" + "\n".join(lines) + "\n"


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def compress(file: Path) -> None:
    file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    sys.exit(main())
