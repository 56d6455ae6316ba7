"""Says what a wheel carries besides Warifu: a software bill of materials (CycloneDX) and the notices of the libraries.

What is carried is read from the wheel; from which package of the system a library came is what auditwheel wrote down.
A library that ORIGINS doesn't know stops it: someone must look at its licence first.
"""

import hashlib
import json
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

NAMESPACE = uuid.UUID("6f1f4e0c-6f0b-5f0e-9a55-6f5d3a0c4d11")
DOCUMENTS = Path("/usr/share")


@dataclass(frozen=True)
class Origin:
    """What is known of a library wherever it was built."""

    licence: str  # SPDX
    home: str
    formula: str  # Homebrew's name
    texts: tuple[str, ...] = ()  # Debian's names of licences that its package only points at


ORIGINS = {
    "libgmp": Origin(
        "LGPL-3.0-or-later OR GPL-2.0-or-later", "https://gmplib.org", "gmp", ("LGPL-3", "GPL-3", "GPL-2")
    ),
    "libjansson": Origin("MIT", "https://github.com/akheron/jansson", "jansson"),
    "libqrencode": Origin("LGPL-2.1-or-later", "https://fukuchi.org/works/qrencode/", "qrencode", ("LGPL-2.1",)),
    "libtomcrypt": Origin("LicenseRef-public-domain OR WTFPL", "https://www.libtom.net/LibTomCrypt/", "libtomcrypt"),
    "libtommath": Origin("Unlicense", "https://www.libtom.net/LibTomMath/", "libtommath"),
}


@dataclass(frozen=True)
class Library:
    """A library in a wheel. `package`, its version and `purl` are None where no package manager was asked."""

    stem: str
    path: str  # within the wheel
    digest: str  # SHA-256
    package: str | None
    version: str | None
    purl: str | None

    @property
    def origin(self) -> Origin:
        return ORIGINS[self.stem]


def _packages(files: dict[str, bytes]) -> list[dict[str, str]]:
    written = [data for name, data in files.items() if name.endswith(".dist-info/sboms/auditwheel.cdx.json")]
    return json.loads(written[0])["components"] if written else []


def carried(files: dict[str, bytes]) -> list[Library]:
    """The libraries among a wheel's files, by name."""
    found = []
    for path, data in sorted(files.items()):
        folder, _, name = path.rpartition("/")
        if not data or not folder.endswith((".libs", ".dylibs")):
            continue
        stem = re.match(r"[a-z]*", name)[0]
        if stem not in ORIGINS:
            raise SystemExit(f"sbom: nobody has looked at the licence of {name}: tools/sbom.py has to know it")
        bare = stem.removeprefix("lib")
        of = next((p for p in _packages(files) if p["name"].removeprefix("lib").startswith(bare)), {})
        digest = hashlib.sha256(data).hexdigest()
        found.append(Library(stem, path, digest, of.get("name"), of.get("version"), of.get("purl")))
    return found


# ---- the document ----


def _source(library: Library) -> list[dict[str, str]]:
    """Where the source of exactly this binary is, which the LGPL lets the receiver have."""
    if not (library.package and (library.purl or "").startswith("pkg:deb/debian/")):
        return []
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${source:Package} ${source:Version}", library.package],
        capture_output=True,
        text=True,
        check=True,
    )
    package, version = asked.stdout.split()
    return [{"type": "source-distribution", "url": f"pkg:deb/debian/{package}@{quote(version)}?arch=source"}]


def _component(library: Library) -> dict[str, object]:
    component: dict[str, object] = {
        "type": "library",
        "bom-ref": library.path,
        "name": library.package or library.stem,
        "licenses": [{"expression": library.origin.licence}],
        "hashes": [{"alg": "SHA-256", "content": library.digest}],
        "externalReferences": [{"type": "website", "url": library.origin.home}, *_source(library)],
        "evidence": {"occurrences": [{"location": library.path}]},
    }
    if library.purl:
        component |= {"version": library.version, "purl": library.purl}
    return component


def document(name: str, version: str, libraries: list[Library], moment: int) -> str:
    """The bill of materials, as JSON text: the same for the same wheel and moment (seconds since 1970)."""
    purl = f"pkg:pypi/{name}@{version}"
    contents = " ".join(library.digest for library in libraries)
    own = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{purl} {contents}')}",
            "version": 1,
            "metadata": {
                "timestamp": datetime.fromtimestamp(moment, UTC).isoformat(),
                "component": own | {"licenses": [{"expression": "MIT"}]},
            },
            "components": [_component(library) for library in libraries],
            "dependencies": [{"ref": purl, "dependsOn": [library.path for library in libraries]}],
        },
        indent=1,
    )


# ---- notices ----


def _texts(library: Library) -> Iterator[Path]:
    """Licence files of the package that a library came from: Debian's, RPM's, Homebrew's."""
    yield from (DOCUMENTS / "doc" / str(library.package)).glob("copyright")
    yield from (DOCUMENTS / "common-licenses" / text for text in library.origin.texts)
    yield from sorted((DOCUMENTS / "licenses" / str(library.package)).glob("*"))
    if shutil.which("brew"):
        formula = subprocess.run(
            ["brew", "--prefix", library.origin.formula], capture_output=True, text=True, check=True
        )
        kept = Path(formula.stdout.strip()).iterdir()
        yield from sorted(path for path in kept if path.name.startswith(("COPYING", "LICENSE")))


def notices(libraries: list[Library]) -> dict[str, bytes]:
    """Licence texts by the name that they get, and a page that says what is whose."""
    lines = [
        "Besides Warifu this wheel carries the libraries below, each as a shared object of its own. You may put",
        "another build of the same version into a file's place, a changed one too. Their licences are in the",
        "folders beside this.",
        "",
    ]
    given = {}
    for library in libraries:
        texts = {path.name: path.read_bytes() for path in _texts(library) if path.is_file()}
        if not texts:
            raise SystemExit(f"sbom: there is no licence text of {library.stem} on this system")
        given |= {f"{library.stem}/{name}": text for name, text in texts.items()}
        lines += [library.path, f"  {library.package or library.stem} {library.version or ''}".rstrip()]
        lines += [f"  {library.origin.licence}", f"  {library.origin.home}"]
        lines += [f"  source: {reference['url']}" for reference in _source(library)]
    return {"README.txt": "\n".join(lines).encode() + b"\n", **given}
