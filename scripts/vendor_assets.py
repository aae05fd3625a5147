"""Fetch the browser's third-party files for maintainers: `scripts/vendor_assets.py [--update]`.

Takes each package with the machine's own npm client, keeps the few files that pages load, cuts Tabler's style
sheet down to the rules that the templates use, and collects the icons they name into one sprite. What came of
it stands in `static/vendor/lock.json`: name, version, licence, SHA-256 of the package and of each file.
Without `--update` a package whose hash differs from the lock is refused. Run it again after a template uses
a new class or icon; `tests/web/test_assets.py` says when.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src/netwright/web"
VENDOR = WEB / "static/vendor"
DROPPED = ROOT / "tests/web/tabler.dropped.txt"
LOCK = VENDOR / "lock.json"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the registry and the files kept of it: name in the package -> name here."""

    name: str
    version: str
    licence: str
    files: dict[str, str]
    licence_file: str = "LICENSE"


PACKAGES = (
    Package(
        "htmx.org",
        "4.0.1",
        "0BSD",
        {"dist/htmx.min.js": "htmx.min.js", "dist/ext/hx-sse.min.js": "hx-sse.min.js"},
    ),
    Package(
        "uplot",
        "1.6.32",
        "MIT",
        {"dist/uPlot.iife.min.js": "uPlot.min.js", "dist/uPlot.min.css": "uPlot.min.css"},
    ),
    Package("d3-array", "3.2.5", "ISC", {"dist/d3-array.min.js": "d3-array.min.js"}),
    Package("d3-geo", "3.1.2", "ISC", {"dist/d3-geo.min.js": "d3-geo.min.js"}),
    Package("topojson-client", "3.1.0", "ISC", {"dist/topojson-client.min.js": "topojson-client.min.js"}),
    Package("world-atlas", "2.0.2", "ISC", {"countries-110m.json": "world-110m.json"}),
    Package("@tabler/core", "1.6.1", "MIT", {"dist/css/tabler.min.css": "tabler.css"}, licence_file=""),
    Package("@tabler/icons", "3.51.0", "MIT", {}),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        {"files/inter-latin-wght-normal.woff2": "inter.woff2"},
    ),
    Package(
        "@fontsource-variable/jetbrains-mono",
        "5.3.0",
        "OFL-1.1",
        {"files/jetbrains-mono-latin-wght-normal.woff2": "jetbrains-mono.woff2"},
    ),
)

# Classes that scripts set, or that stand in strings the scan of templates can't see
_ALWAYS = frozenset({"active", "show", "disabled", "collapsing"})
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*(?:\\.[\w-]*)*)")
_QUOTED = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")


def main() -> None:
    update = "--update" in sys.argv[1:]
    old = json.loads(LOCK.read_text()) if LOCK.exists() else {"packages": []}
    known = {entry["name"]: entry["sha256"] for entry in old["packages"]}
    VENDOR.mkdir(parents=True, exist_ok=True)
    (VENDOR / "licences").mkdir(exist_ok=True)
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            archive = _fetch(package, Path(folder))
            digest = _sha256(archive.read_bytes())
            if not update and known.get(package.name) != digest:
                sys.exit(
                    f"{package.name} {package.version}: SHA-256 {digest} is not the locked one; use --update"
                )
            written = _keep(package, archive)
            entries.append(
                {
                    "name": package.name,
                    "version": package.version,
                    "licence": package.licence,
                    "sha256": digest,
                    "files": {name: _sha256((VENDOR / name).read_bytes()) for name in sorted(written)},
                }
            )
    LOCK.write_text(json.dumps({"packages": entries}, indent=2) + "\n")
    total = sum(file.stat().st_size for file in VENDOR.rglob("*") if file.is_file())
    print(f"{len(entries)} packages, {total // 1024} KiB in {VENDOR.relative_to(ROOT)}")


def _fetch(package: Package, folder: Path) -> Path:
    """The package's archive, by the machine's npm client."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=120)
    return folder / done.stdout.strip().splitlines()[-1]


def _keep(package: Package, archive: Path) -> list[str]:
    written = []
    with tarfile.open(archive) as tar:
        for inside, name in package.files.items():
            data = _member(tar, inside)
            if name == "tabler.css":
                data = _purge(data.decode()).encode()
            elif name.endswith(".js"):
                data = re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", data)
            (VENDOR / name).write_bytes(data)
            written.append(name)
        if package.name == "@tabler/icons":
            (VENDOR / "icons.svg").write_text(_sprite(tar))
            written.append("icons.svg")
        licence = f"licences/{package.name.replace('@', '').replace('/', '-')}.txt"
        if package.licence_file:
            (VENDOR / licence).write_bytes(_member(tar, package.licence_file))
            written.append(licence)
    return written


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    stream = tar.extractfile(f"package/{name}")
    if stream is None:
        sys.exit(f"{name} is not in the package")
    return stream.read()


def sources() -> str:
    """All text in which a class or an icon can be named."""
    files = [*WEB.glob("templates/**/*.html"), *WEB.glob("static/*.js"), *WEB.glob("**/*.py")]
    return "\n".join(file.read_text() for file in sorted(files))


def used_icons(text: str, known: set[str]) -> list[str]:
    """Icons named in quotes. A few words that are icons by chance come along."""
    return sorted(set(_QUOTED.findall(text)) & known)


def _sprite(tar: tarfile.TarFile) -> str:
    symbols = []
    known = {Path(name).stem for name in tar.getnames() if name.startswith("package/icons/outline/")}
    for name in used_icons(sources(), known):
        svg = _member(tar, f"icons/outline/{name}.svg").decode()
        inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        body = re.sub(r"<!--.*?-->", "", inside, flags=re.DOTALL)
        body = re.sub(r"\s*\n\s*", "", body)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def words(text: str) -> set[str]:
    """Every word that could be a class."""
    return set(re.findall(r"[A-Za-z_][\w-]*", text)) | _ALWAYS


def _purge(css: str) -> str:
    """The rules whose every class is used; variables of the root and rules of elements stay.

    The names of all classes that went are kept in ``tests/web/tabler.dropped.txt`` for the test."""
    used = words(sources())
    kept = "".join(_rules(css, used))
    all_classes, left = set(_CLASS.findall(css)), set(_CLASS.findall(kept))
    plain = sorted(name for name in all_classes - left if re.fullmatch(r"[\w-]+", name))
    DROPPED.write_text("\n".join(plain) + "\n")
    return re.sub(r"\n?/\*# sourceMappingURL=\S+ \*/", "", kept)


def _rules(css: str, used: set[str]) -> Iterator[str]:
    for head, body in _blocks(css):
        if body is None:
            yield head
        elif head.startswith(("@media", "@supports")):
            inner = "".join(_rules(body, used))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            selectors = [part for part in _split(head) if set(_CLASS.findall(part)) <= used]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def _blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """Top-level (head, body) of a style sheet; statements and comments have no body."""
    position = 0
    while position < len(css):
        if css.startswith("/*", position):
            end = css.index("*/", position) + 2
            yield css[position:end], None
            position = end
            continue
        opening, statement = css.find("{", position), css.find(";", position)
        if opening < 0:
            return
        if 0 <= statement < opening and css[position] == "@":
            yield css[position : statement + 1], None
            position = statement + 1
            continue
        end = _closing(css, opening)
        yield css[position:opening].strip(), css[opening + 1 : end]
        position = end + 1


def _closing(css: str, opening: int) -> int:
    depth, quote, index = 0, "", opening
    while index < len(css):
        character = css[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return index
        index += 1
    sys.exit("the style sheet ends inside a rule")


def _split(head: str) -> list[str]:
    """The selectors of a rule: split at commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(head):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(head[start:index])
            start = index + 1
    return [*parts, head[start:]]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
