#!/bin/sh
# ./dev sanitize: Python tests with an extension that is watched. Called by ./dev, which has built everything.
#   (nothing)      AddressSanitizer and UndefinedBehaviorSanitizer
#   --valgrind     the extension as it is installed, under memcheck, in Debian's Python
#   --references   Debian's debug build of CPython counts references
# What follows goes to pytest; without it the tests of the extension run.
set -eu
python=.venv/bin/python
tests="tests/python/test_extension_life.py tests/python/test_python_extension.py tests/python/test_python_codec.py
    tests/python/test_authority.py tests/python/test_python_policy.py tests/python/test_python_setup_code.py"
small="tests/python/test_python_codec.py tests/python/test_python_setup_code.py tests/python/test_python_policy.py"
leaks=tests/python/test_extension_leaks.py
packages=$($python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

compile_with() { # PYTHON FOLDER: into FOLDER, with CFLAGS and LDFLAGS
    rm -rf "$2"
    mkdir -p "$2"
    cp -R bindings/python/warifu "$2/"
    rm -f "$2"/warifu/*.so
    PYTHONPATH=$packages "$1" setup.py -q build_ext --build-lib "$2" >&2
}

# It borrows the packages of .venv.
check_version() { # PYTHON
    version='import sys; print(sys.version_info[:2])'
    [ "$("$1" -c "$version")" = "$($python -c "$version")" ] && return
    echo "sanitize: $1 is not of the version that .venv has" >&2
    exit 1
}

address() {
    folder=build/asan/python
    flags="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
    CFLAGS="-O1 -g $flags" LDFLAGS=$flags compile_with "$python" $folder
    # A Python that was built without it gets the sanitizer first; libstdc++ too, so that C++ in wheels can throw.
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libstdc++.so.6)" PYTHONMALLOC=malloc \
        ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:suppressions=$PWD/tools/asan.supp \
        UBSAN_OPTIONS=print_stacktrace=1 \
        PYTHONPATH=$folder exec "$python" -m pytest -p no:cacheprovider -o timeout=600 "$@"
}

memcheck() {
    check_version /usr/bin/python3
    PYTHONMALLOC=malloc PYTHONPATH=$packages exec valgrind -q --error-exitcode=9 --num-callers=30 \
        --suppressions=/usr/lib/valgrind/python3.supp /usr/bin/python3 -m pytest -p no:cacheprovider -o timeout=1200 "$@"
}

references() {
    folder=build/references
    check_version /usr/bin/python3-dbg
    CFLAGS="-O1 -g -DPy_DEBUG" compile_with /usr/bin/python3-dbg $folder
    PYTHONPATH=$folder:$packages exec /usr/bin/python3-dbg -m pytest -p no:cacheprovider -o timeout=600 "$@"
}

kind=${1:-}
case $kind in --valgrind | --references) shift ;; esac
# shellcheck disable=SC2086 # lists of words
if [ $# -eq 0 ]; then
    case $kind in
        --valgrind) set -- $small ;;
        --references) set -- $leaks ;;
        *) set -- $tests ;;
    esac
fi
case $kind in
    --valgrind) memcheck "$@" ;;
    --references) references "$@" ;;
    *) address "$@" ;;
esac
