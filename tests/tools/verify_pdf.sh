#!/usr/bin/env bash
# Asks two independent programs whether every signature of a PDF is valid: pdfsig (poppler) and pyHanko.
# pdfsig checks the signed bytes; pyHanko also the certificate chain up to the given root and that what was added after
# a signature was allowed. The chain is judged at the time the signature claims, so a test certificate may have expired since.
# usage: verify_pdf.sh FILE.pdf ROOTS.pem COUNT     exit 0 only if both find exactly COUNT signatures, all valid
set -uo pipefail

[ $# = 3 ] || { echo "usage: verify_pdf.sh FILE.pdf ROOTS.pem COUNT" >&2; exit 2; }
file=$1 roots=$2 count=$3
pyhanko=$(cd "$(dirname "$0")/../.." && pwd)/.tools/venv/bin/pyhanko
command -v pdfsig >/dev/null || { echo "verify_pdf: pdfsig is not installed (tools/install-test-tools)" >&2; exit 2; }
[ -x "$pyhanko" ] || { echo "verify_pdf: pyHanko is not installed (tools/install-test-tools)" >&2; exit 2; }
[ -r "$file" ] || { echo "verify_pdf: cannot read $file" >&2; exit 2; }

failed=0
expect() { # what expected found
  if [ "$2" = "$3" ]; then echo "verify_pdf: $1: $3 of $2"; else
    echo "verify_pdf: $1: $3, expected $2" >&2
    failed=1
  fi
}
lines_with() { grep -cF -- "$1" <<<"$2" || true; }

echo "--- pdfsig"
told=$(LC_ALL=C pdfsig -nocert "$file" 2>&1)
echo "$told"
expect "pdfsig: signatures" "$count" "$(grep -cE '^Signature #[0-9]+' <<<"$told" || true)"
expect "pdfsig: valid" "$count" "$(lines_with 'Signature Validation: Signature is Valid.' "$told")"

echo "--- pyHanko"
# A pretty report, one verdict per signature; its exit code is not 0 as soon as one is not valid.
told=$("$pyhanko" sign validate --pretty-print --trust "$roots" --trust-replace --validation-time claimed "$file" 2>&1)
code=$?
echo "$told"
expect "pyHanko: exit code" 0 "$code"
expect "pyHanko: valid" "$count" "$(lines_with 'The signature is judged VALID.' "$told")"
exit "$failed"
