#!/bin/bash
# Creates the customers of a CSV file through the API: BASE=http://127.0.0.1:7071 TOKEN=... import-customers.sh customers.csv
# The first line names the columns: externalId,email,phone,firstName,lastName; others are passed over. Who is there already
# stays as he or she is, so a broken-off import can be started again. Needs bash, curl and python3.
set -euo pipefail
: "${BASE:?where the API answers, such as http://127.0.0.1:7071}" "${TOKEN:?a token of role staff or owner}"
file=${1:?a CSV file}

created=0 existing=0 refused=0
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

while IFS= read -r customer; do
    # The token goes by a file descriptor: arguments can be read by everyone on the machine.
    status=$(curl -sS -o "$answer" -w '%{http_code}' -H 'Content-Type: application/json' \
        -H @<(printf 'Authorization: Bearer %s' "$TOKEN") --data-binary @<(printf '%s' "$customer") "$BASE/api/v1/customers")
    case $status in
        201) created=$((created + 1)) ;;
        409) existing=$((existing + 1)) ;;
        400) refused=$((refused + 1)); printf 'refused: %s\n  %s\n' "$customer" "$(cat "$answer")" >&2 ;;
        *) printf 'stopped at %s: %s\n' "$status" "$(cat "$answer")" >&2; exit 1 ;;
    esac
done < <(python3 - "$file" <<'PYTHON'
import csv, json, sys

columns = ("externalId", "email", "phone", "firstName", "lastName")
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    for row in csv.DictReader(file):
        print(json.dumps({column: row[column].strip() for column in columns if (row.get(column) or "").strip()}))
PYTHON
)

echo "created $created, existing $existing, refused $refused"
[ "$refused" -eq 0 ]
