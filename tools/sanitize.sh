#!/bin/sh
# ./dev sanitize: Python tests with an extension that is watched. Called by ./dev, which has built everything.
#   (nothing)      AddressSanitizer and UndefinedBehaviorSanitizer
#   --valgrind     the extension as it is shipped, under memcheck
#   --references   a debug build of CPython counts references
# What follows goes to pytest; without it the tests of the extension run.
set -eu
python=.venv/bin/python
tests="tests/python/test_extension_life.py tests/python/test_python_extension.py tests/python/test_python_codec.py
    tests/python/test_authority.py tests/python/test_python_policy.py tests/python/test_python_setup_code.py"
leaks=tests/python/test_extension_leaks.py

compile_with() { # PYTHON FOLDER: into FOLDER, with CFLAGS and LDFLAGS
    rm -rf "$2"
    mkdir -p "$2"
    cp -R bindings/python/warifu "$2/"
    rm -f "$2"/warifu/*.so
    PYTHONPATH=$packages "$1" setup.py -q build_ext --build-lib "$2" >&2
}

# shellcheck disable=SC2086 # lists of words
address() {
    folder=build/asan/python
    flags="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
    CFLAGS="-O1 -g $flags" LDFLAGS=$flags compile_with "$python" $folder
    [ $# -gt 0 ] || set -- $tests
    # A Python that was built without it gets the sanitizer first; libstdc++ too, so that C++ in wheels can throw.
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libstdc++.so.6)" PYTHONMALLOC=malloc \
        ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
        PYTHONPATH=$folder exec "$python" -m pytest -p no:cacheprovider "$@"
}

# shellcheck disable=SC2086 # lists of words
memcheck() {
    [ $# -gt 0 ] || set -- $tests
    PYTHONMALLOC=malloc exec valgrind -q --error-exitcode=9 --exit-on-first-error=yes --num-callers=30 \
        --suppressions=/usr/lib/valgrind/python3.supp "$python" -m pytest -p no:cacheprovider -o timeout=1200 "$@"
}

references() {
    folder=build/references
    debug=/usr/bin/python3-dbg
    same='import sys; print(sys.version_info[:2])'
    if [ "$($debug -c "$same")" != "$($python -c "$same")" ]; then
        echo "sanitize: $debug is not of the version that .venv has" >&2
        exit 1
    fi
    CFLAGS="-O1 -g -DPy_DEBUG" compile_with "$debug" "$folder"
    [ $# -gt 0 ] || set -- $leaks
    PYTHONPATH=$folder:$packages exec "$debug" -m pytest -p no:cacheprovider "$@"
}

packages=$($python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
case ${1:-} in
    --valgrind) shift && memcheck "$@" ;;
    --references) shift && references "$@" ;;
    *) address "$@" ;;
esac
