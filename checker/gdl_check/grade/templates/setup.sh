#!/usr/bin/env bash
# Installs gdl-check in an environment of its own, beside the folder that this file lies in.
set -euo pipefail
source="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
base="$(dirname "$source")"

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! find_python >/dev/null; then
    apt-get update -q
    apt-get install -yq python3 python3-venv
fi
if ! find_python >/dev/null; then
    apt-get install -yq python3.11 python3.11-venv
fi
"$(find_python)" -m venv "$base/venv"
"$base/venv/bin/python" -m pip install --quiet "$source"/gdl_check-*.whl

# What is wrong with this machine shows here and not at the first student; and the inputs are drawn.
export XDG_CACHE_HOME="$base/cache"
cd "$base"
"$base/venv/bin/gdl-check" @CHAPTERS@ --reference --seed @SEED@ --effort @EFFORT@
