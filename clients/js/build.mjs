// Makes dist/, the package as it is installed: these modules and those of the page that they need, and their types.
// `node build.mjs [FOLDER]`. Nothing is bundled or changed but what is imported from where.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const PAGE = join(ROOT, "static/js");
const SOCKET = join(ROOT, "static/vendor/socket.io.esm.min.js");
const IMPORT = /(\bfrom\s+|\bimport\(?\s*)"(\.[^"]+)"/g;
const TYPES = ["index.d.ts", "events.d.ts"];

const out = resolve(process.argv[2] ?? join(HERE, "dist"));
const modules = reached(join(HERE, "index.js"));
rmSync(out, { recursive: true, force: true });
for (const file of modules) write(placed(file), moved(file, readFileSync(file, "utf8")));
declare();
for (const name of TYPES) write(join(out, name), moved(join(HERE, name), readFileSync(join(HERE, name), "utf8")));
cpSync(join(ROOT, "LICENSE"), join(out, "LICENSE"));

/** A module and all that it imports, of ours and of the page. @param {string} first @returns {Set<string>} */
function reached(first) {
  const found = new Set([first]);
  for (const file of found) {
    for (const [, , path = ""] of readFileSync(file, "utf8").matchAll(/^(import|export|\}) .*?"(\.[^"]+)";$/gm)) {
      const target = resolve(dirname(file), path);
      if (target === SOCKET) continue;
      if (dirname(target) !== HERE && !target.startsWith(PAGE)) throw new Error(`${file} imports ${path}, which is not for a package`);
      found.add(target);
    }
  }
  return found;
}

/** Where a file of the checkout lies in the package. @param {string} file */
function placed(file) {
  return file.startsWith(PAGE) ? join(out, "page", relative(PAGE, file)) : join(out, basename(file));
}

/** The text of a file as it reads where it is placed. @param {string} file @param {string} text */
function moved(file, text) {
  return text.replace(IMPORT, (_, word, path) => {
    const target = resolve(dirname(file), path);
    if (target === SOCKET) return `${word}"socket.io-client"`;
    const way = relative(dirname(placed(file)), placed(target));
    return `${word}"${way.startsWith(".") ? way : `./${way}`}"`;
  });
}

/** The declarations that tsc makes of the JSDoc. */
function declare() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json", { paths: [ROOT] })), "bin/tsc");
  const made = mkdtempSync(join(tmpdir(), "plotroom-client-"));
  const options = ["--allowJs", "--declaration", "--emitDeclarationOnly", "--noCheck", "--skipLibCheck", "--target", "es2022", "--module", "nodenext",
    "--lib", "es2023,dom,dom.iterable", "--types", "node", "--rootDir", ROOT, "--outDir", made];
  try {
    execFileSync(process.execPath, [tsc, ...options, ...modules], { cwd: ROOT, stdio: "inherit" });
    for (const path of readdirSync(made, { recursive: true, encoding: "utf8" })) {
      const source = join(ROOT, path);
      if (path.endsWith(".d.ts") && !existsSync(source)) write(placed(source), moved(source, readFileSync(join(made, path), "utf8")));
    }
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** @param {string} file @param {string} text */
function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
