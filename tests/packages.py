"""The packages for JavaScript as somebody gets them: made from this checkout, in a folder of the test's own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.server import ROOT

#: Seconds for a command of npm or tsc on a slow machine, with nothing in its cache.
PATIENCE = 150
#: What tsc needs of the checks' own packages.
_TOOLS = ("typescript", "@types")


def run(*command: str, cwd: Path, environ: Mapping[str, str] | None = None) -> str:
    """Run a command to its end; its output.

    Raises:
        AssertionError: it failed; the text has its output.
    """
    program = shutil.which(command[0])
    assert program, f"no {command[0]} found; install Node 18 or later with npm"
    done = subprocess.run(
        [program, *command[1:]], cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}"
    return done.stdout


def lay_out(folder: Path) -> Path:
    """Copy what the packages are made of, and make them, as `node clients/js/build.mjs` does; the folder.

    Nothing is made in the checkout, which several tests and people share.
    """
    ignored = shutil.ignore_patterns("node_modules", "dist")
    for part in ("static/js", "clients", "examples/vue"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "node_modules").mkdir()
    for tool in _TOOLS:
        (folder / "node_modules" / tool).symlink_to(ROOT / "node_modules" / tool)
    run("node", "clients/js/build.mjs", cwd=folder)
    return folder


def install(made: Path, folder: Path) -> Path:
    """Put plotroom-client into a folder, as npm does, beside the socket.io-client of the checks; the folder."""
    modules = folder / "node_modules"
    package = modules / "plotroom-client"
    shutil.copytree(made / "clients/js/dist", package / "dist")
    shutil.copy(made / "clients/js/package.json", package)
    (modules / "socket.io-client").symlink_to(ROOT / "node_modules/socket.io-client")
    return folder


def check_types(folder: Path, *files: str, **options: object) -> None:
    """Compile files as their users do, strictly, with the declarations of all packages."""
    given = {
        "strict": True, "noEmit": True, "exactOptionalPropertyTypes": True, "skipDefaultLibCheck": True,
        "module": "nodenext", "target": "es2022", "lib": ["es2023", "dom"], "types": [], **options,
    }  # fmt: skip
    config = {"compilerOptions": given, "files": files}
    (folder / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
    run("node", str(ROOT / "node_modules/typescript/bin/tsc"), "--project", "tsconfig.json", cwd=folder)
