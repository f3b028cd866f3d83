#!/bin/sh
# Make the secrets that compose.yaml wants, in deployments/secrets; those that are there already stay.
set -eu
umask 077
cd "$(dirname "$0")/.."
mkdir -p secrets

new() { python3 -c 'import secrets; print(secrets.token_urlsafe(32))'; }

keep() { # name, value: the folder is closed to others, the file open to the user of the container
    if [ ! -e "secrets/$1" ]; then
        printf '%s' "$2" >"secrets/$1"
        chmod 444 "secrets/$1"
        echo "made secrets/$1"
    fi
}

keep postgres_password "$(new)"
keep dunghan_secret_key "$(new)"
keep prefect_auth "dunghan:$(new)"
keep email_url ""
keep imap_url ""
echo "Write the mail gateway's address (DUNGHAN_EMAIL_URL) into secrets/email_url, and keep a copy of them all."
echo "Where reports come by e-mail, their mailbox (DUNGHAN_IMAP_URL) goes into secrets/imap_url."
