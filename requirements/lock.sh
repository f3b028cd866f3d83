#!/bin/sh
# Pin the dependencies of pyproject.toml, with hashes and no index address. See README.md here.
# Existing pins stay where they still fit; arguments go to uv: --upgrade, --upgrade-package NAME.
set -eu
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null; then
    echo "make lock needs uv, which nothing else here does: pip install uv (outside .venv), then again." >&2
    exit 1
fi

compile() {
    uv pip compile pyproject.toml --group build "$@" -q --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url --no-annotate
}

compile -o requirements/run.txt "$@"
# The tests run on the very versions that are installed for use.
compile --group dev -c requirements/run.txt -o requirements/dev.txt "$@"
echo "Pinned: $(grep -c '==' requirements/run.txt) for use, $(grep -c '==' requirements/dev.txt) with tests."
