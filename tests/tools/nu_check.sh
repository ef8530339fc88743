#!/usr/bin/env bash
# Holds HTML files against the HTML standard with the Nu HTML checker.
# usage: nu_check.sh FILE…       exit 0 no errors or warnings, 1 at least one (each with file, line and column), 2 it could not run
set -euo pipefail

jar=$(cd "$(dirname "$0")/../.." && pwd)/.tools/node/node_modules/vnu-jar/build/dist/vnu.jar
[ $# -gt 0 ] || { echo "usage: nu_check.sh FILE…" >&2; exit 2; }
command -v java >/dev/null || { echo "nu_check: Java is not installed (tools/install-test-tools)" >&2; exit 2; }
[ -r "$jar" ] || { echo "nu_check: the checker is not installed (tools/install-test-tools)" >&2; exit 2; }
# It is said to pass over files that are not there.
for file in "$@"; do [ -r "$file" ] || { echo "nu_check: cannot read $file" >&2; exit 2; }; done

java -jar "$jar" --Werror --format gnu "$@" 2>&1
