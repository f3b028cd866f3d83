#!/bin/sh
# Secrets by file: NAME_FILE=/run/secrets/x becomes NAME=what x holds. Then the command, in our place.
set -eu

for name in $(env | sed -n 's/^\(DUNGHAN_[A-Z_]*\|PREFECT_[A-Z_]*\|PGPASSWORD\)_FILE=.*/\1/p'); do
    file=$(printenv "${name}_FILE")
    if [ ! -r "$file" ]; then
        echo "${name}_FILE names $file, which cannot be read: make it, readable for uid $(id -u)." >&2
        exit 1
    fi
    value=$(cat "$file")
    export "$name=$value"
    unset "${name}_FILE"
done

exec "$@"
