"""Builds `warifu._warifu` from bindings/python/ext and the core, whose sources are listed in core/sources.txt."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from glob import glob
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

MATH = {"ltm": ("LTM_DESC", "tommath"), "gmp": ("GMP_DESC", "gmp")}
HEADERS = {"ltm": "tommath.h", "gmp": "gmp.h"}
PACKAGES = (
    "Debian: apt-get install libtomcrypt-dev libtommath-dev libgmp-dev libjansson-dev libqrencode-dev "
    "libp11-kit-dev python3-dev gcc; "
    "Fedora: dnf install libtomcrypt-devel libtommath-devel gmp-devel jansson-devel qrencode-devel "
    "p11-kit-devel python3-devel gcc; "
    "Homebrew: brew install libtomcrypt libtommath gmp jansson qrencode p11-kit pkgconf"
)
PYTHON_INCLUDE = sysconfig.get_paths()["include"]

math = os.environ.get("WARIFU_MATH", "ltm")
if math not in MATH:
    raise SystemExit(f"warifu: WARIFU_MATH is '{math}'; it must be ltm or gmp")
definition, library = MATH[math]


def pkg_config(option: str, package: str) -> list[str]:
    """What pkg-config says of a package; nothing where either is not installed."""
    if not shutil.which("pkg-config"):
        return []
    found = subprocess.run(["pkg-config", option, package], capture_output=True, text=True)
    return found.stdout.split() if found.returncode == 0 else []


def core_sources() -> list[str]:
    lines = Path("core/sources.txt").read_text().splitlines()
    return [f"core/{line.strip()}" for line in lines if line.strip() and not line.startswith("#")]


class BuildExt(build_ext):
    """Says in one line what is missing, and compiles only what changed."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.build_temp = os.path.join(self.build_temp, math)  # an object knows its mathematics

    def check_headers(self) -> None:
        compiler = [*self.compiler.compiler_so, "-E", "-x", "c", "-", *self.extensions[0].extra_compile_args]
        for header in ("Python.h", "tomcrypt.h", HEADERS[math], "jansson.h", "qrencode.h", "p11-kit/pkcs11.h"):
            try:
                source = f"#include <{header}>\n"
                missing = subprocess.run(compiler, input=source, capture_output=True, text=True).returncode != 0
            except FileNotFoundError:
                raise SystemExit(f"warifu: there is no C compiler '{compiler[0]}'. {PACKAGES}") from None
            if missing:
                raise SystemExit(f"warifu: the header {header} is missing. {PACKAGES}")

    def build_extensions(self) -> None:
        self.check_headers()
        depends = [*self.extensions[0].depends, "setup.py"]
        newest_dependency = max(os.path.getmtime(path) for path in depends)
        compile_always = self.compiler._compile

        def compile_if_older(obj: str, src: str, *rest: object) -> None:
            newest = max(newest_dependency, os.path.getmtime(src))
            if not os.path.exists(obj) or os.path.getmtime(obj) <= newest:
                compile_always(obj, src, *rest)

        self.compiler._compile = compile_if_older
        super().build_extensions()


extension = Extension(
    "warifu._warifu",
    sources=sorted(glob("bindings/python/ext/*.c")) + core_sources(),
    depends=sorted(glob("core/**/*.h", recursive=True) + glob("bindings/python/ext/*.h")),
    include_dirs=["core/include", "core/src", "core", "bindings/python/ext"],
    define_macros=[("Py_LIMITED_API", "0x030B0000"), (definition, None)],
    libraries=["tomcrypt", library, "jansson", "qrencode", *(["dl"] if sys.platform == "linux" else [])],
    # Python's headers as system headers: their warnings are not ours to mend.
    extra_compile_args=[
        "-std=c11",
        "-fvisibility=hidden",
        "-isystem",
        PYTHON_INCLUDE,
        *pkg_config("--cflags", "libtomcrypt"),
        *(flag.replace("-I", "-isystem", 1) for flag in pkg_config("--cflags", "p11-kit-1")),
    ],
    extra_link_args=pkg_config("--libs-only-L", "libtomcrypt"),
    py_limited_api=True,
)

os.makedirs("build", exist_ok=True)
version = re.search(r'WF_VERSION "(.*)"', Path("core/include/warifu/version.h").read_text())

setup(
    version=version[1],
    package_dir={"": "bindings/python"},
    packages=find_packages("bindings/python", include=["warifu", "warifu.*"]),
    package_data={"warifu": ["py.typed", "*.pyi"]},
    ext_modules=[extension],
    cmdclass={"build_ext": BuildExt},
    options={"bdist_wheel": {"py_limited_api": "cp311"}, "egg_info": {"egg_base": "build"}},
)
