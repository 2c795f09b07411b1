#!/usr/bin/env bash
# Finds the co_await expressions that g++ 12 miscompiles (ARCHITECTURE.md, "Coroutines").
#   tools/coroutine_lint.sh BUILD_DIR     every source of ours that awaits, by compile_commands.json
#   tools/coroutine_lint.sh --self-test   the lint finds all of bad.cpp and nothing in good.cpp
set -euo pipefail
cd "$(dirname "$0")/.."

readonly CLANG_QUERY="${CLANG_QUERY:-clang-query-19}"
readonly SAMPLES=tests/data/lint

query() { "$CLANG_QUERY" -f tools/coroutine_lint.query "$@" 2>&1; }

# "file:line:column: note: …" for every hit.
hits() { grep -E ': note: "root" binds here' | sort -u || true; }

lint_file() {
    local build=$1 file=$2 output
    output=$(query -p "$build" --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-everything "$file") || true
    if grep -qE '(^|: )(fatal )?error:' <<<"$output"; then
        printf 'cannot read %s:\n%s\n' "$file" "$(grep -E '(^|: )(fatal )?error:' <<<"$output" | head -5)"
        return 1
    fi
    output=$(hits <<<"$output")
    [ -z "$output" ] || printf '%s\n' "$output"
    [ -z "$output" ]
}

# Templates that await stand in headers and are seen wherever they are used.
files_that_await() {
    python3 -c 'import json, sys; print("\n".join(sorted({c["file"] for c in json.load(sys.stdin)})))' \
        <"$1/compile_commands.json" | grep -E '/(src|connectors|tests)/' | xargs grep -ls co_await || true
}

lint() {
    local files
    files=$(files_that_await "$1")
    if xargs -r -P "$(nproc)" -n 1 tools/coroutine_lint.sh --file "$1" <<<"$files"; then
        echo "coroutine lint: $(wc -l <<<"$files") files, nothing found"
    else
        echo 'coroutine lint: give these temporaries a name on a line of their own' >&2
        return 1
    fi
}

# Every line of bad.cpp that should be found says so in a comment.
self_test() {
    local expected found
    expected=$(grep -n '// bad' $SAMPLES/bad.cpp | cut -d: -f1)
    found=$(query $SAMPLES/bad.cpp -- -std=c++20 | hits | cut -d: -f2 | sort -nu)
    if [ "$expected" != "$found" ]; then
        printf 'coroutine lint: expected in bad.cpp:\n%s\nfound:\n%s\n' "$expected" "$found" >&2
        return 1
    fi
    found=$(query $SAMPLES/good.cpp -- -std=c++20 | hits)
    if [ -n "$found" ]; then
        printf 'coroutine lint: found in good.cpp:\n%s\n' "$found" >&2
        return 1
    fi
    echo "coroutine lint: finds all $(wc -l <<<"$expected") of bad.cpp, nothing in good.cpp"
}

if ! command -v "$CLANG_QUERY" >/dev/null; then
    echo "coroutine lint: skipped, $CLANG_QUERY is not installed" >&2
    exit 0
fi
case "${1:-}" in
    --self-test) self_test ;;
    --file) lint_file "$2" "$3" ;;
    '') echo "usage: $0 BUILD_DIR | --self-test" >&2 && exit 2 ;;
    *) lint "$1" ;;
esac
