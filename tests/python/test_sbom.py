"""What a wheel's bill of materials is made from, wherever it is made."""

import importlib
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sbom = importlib.import_module("sbom")
sys.path.pop(0)


def test_a_library_that_nobody_knows_stops_the_wheel() -> None:
    with pytest.raises(SystemExit, match=r"licence of libnew-1234\.so\.1"):
        sbom.carried({"warifu.libs/libnew-1234.so.1": b"\x7fELF"})


def test_a_library_without_licence_texts_stops_the_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (library,) = sbom.carried({"warifu.libs/libgmp-1234.so.10": b"\x7fELF"})
    monkeypatch.setattr(sbom, "DOCUMENTS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="no licence text of libgmp"):
        sbom.notices([library])


def test_libraries_of_rpm_packages_bring_their_licences_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    purl = "pkg:rpm/almalinux/gmp@6.1.2-11.el8"
    components = {"components": [{"name": "gmp", "version": "6.1.2-11.el8", "purl": purl}]}
    files = {"x.dist-info/sboms/auditwheel.cdx.json": json.dumps(components).encode()}
    libraries = sbom.carried({"warifu.libs/libgmp-1234.so.10": b"\x7fELF", **files})
    (tmp_path / "licenses/gmp").mkdir(parents=True)
    (tmp_path / "licenses/gmp/COPYING.LESSERv3").write_text("the LGPL")
    monkeypatch.setattr(sbom, "DOCUMENTS", tmp_path)
    assert sbom.notices(libraries)["libgmp/COPYING.LESSERv3"] == b"the LGPL"
    assert json.loads(sbom.document("warifu", "1", libraries, 0))["components"][0]["purl"] == purl
