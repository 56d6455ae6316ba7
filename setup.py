"""Builds `warifu._warifu` from bindings/python/ext and the core, whose sources are listed in core/sources.txt."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import Future, ThreadPoolExecutor
from glob import glob
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

MATH = {"ltm": ("LTM_DESC", "tommath"), "gmp": ("GMP_DESC", "gmp")}
HEADERS = {"ltm": "tommath.h", "gmp": "gmp.h"}
PACKAGES = (
    "Debian: apt-get install libtomcrypt-dev libtommath-dev libgmp-dev libjansson-dev libqrencode-dev "
    "libp11-kit-dev pkg-config python3-dev gcc; "
    "Fedora: dnf install libtomcrypt-devel libtommath-devel gmp-devel jansson-devel qrencode-devel "
    "p11-kit-devel pkgconf-pkg-config python3-devel gcc; "
    "Homebrew: brew install libtomcrypt libtommath gmp jansson qrencode p11-kit pkgconf"
)
PYTHON_INCLUDE = sysconfig.get_paths()["include"]

math = os.environ.get("WARIFU_MATH", "ltm")
if math not in MATH:
    raise SystemExit(f"warifu: WARIFU_MATH is '{math}'; it must be ltm or gmp")
definition, library = MATH[math]


def pkg_config(option: str) -> list[str]:
    """What pkg-config says of the packages that it knows; nothing where it is not installed."""
    said = []
    for package in ("libtomcrypt", f"lib{library}", library, "jansson", "libqrencode", "p11-kit-1"):
        if shutil.which("pkg-config"):
            said += subprocess.run(["pkg-config", option, package], capture_output=True, text=True).stdout.split()
    return list(dict.fromkeys(said))


def core_sources() -> list[str]:
    lines = Path("core/sources.txt").read_text().splitlines()
    return [f"core/{line.strip()}" for line in lines if line.strip() and not line.startswith("#")]


class BuildExt(build_ext):
    """Says in one line what is missing, and compiles only what changed, on every core."""

    def finalize_options(self) -> None:
        super().finalize_options()
        # One place for objects, editable installations too; those made in another way are others.
        how = f"{math} {sys.version} {os.environ.get('CC')} {os.environ.get('CFLAGS')}"
        self.build_temp = os.path.join("build", "objects", hashlib.sha256(how.encode()).hexdigest()[:8])

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
        compile_now, link_now = self.compiler._compile, self.compiler.link_shared_object
        jobs: list[Future[None]] = []

        def compile_if_older(obj: str, src: str, *rest: object) -> None:
            newest = max(newest_dependency, os.path.getmtime(src))
            if not os.path.exists(obj) or os.path.getmtime(obj) <= newest:
                jobs.append(workers.submit(compile_now, obj, src, *rest))

        def link_when_compiled(*what: object, **how: object) -> None:
            for job in jobs:
                job.result()
            link_now(*what, **how)

        self.compiler._compile, self.compiler.link_shared_object = compile_if_older, link_when_compiled
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            super().build_extensions()


extension = Extension(
    "warifu._warifu",
    sources=sorted(glob("bindings/python/ext/*.c")) + core_sources(),
    depends=sorted(glob("core/**/*.h", recursive=True) + glob("bindings/python/ext/*.h")),
    include_dirs=["core/include", "core/src", "core", "bindings/python/ext"],
    define_macros=[("Py_LIMITED_API", "0x030B0000"), (definition, None), ("WARIFU_KEY_LOG", None)],
    libraries=["tomcrypt", library, "jansson", "qrencode", *(["dl"] if sys.platform == "linux" else [])],
    # Others' headers as system headers: their warnings are not ours to mend.
    extra_compile_args=[
        "-std=c11",
        "-fvisibility=hidden",
        f"-ffile-prefix-map={os.getcwd()}=.",  # the same bytes wherever it is built
        "-isystem",
        PYTHON_INCLUDE,
        *(flag.replace("-I", "-isystem", 1) for flag in pkg_config("--cflags")),
    ],
    extra_link_args=pkg_config("--libs-only-L"),
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
