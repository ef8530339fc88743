"""Asks pyHanko about many files at once: judge.py ROOT.der FILE.pdf…; one line each, `good` or `bad` and why."""
import logging
import sys
from datetime import datetime, timezone

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
with open(sys.argv[1], "rb") as root:
    roots = [x509.Certificate.load(root.read())]
moment = datetime(2023, 4, 1, tzinfo=timezone.utc)


def judge(path):
    with open(path, "rb") as file:
        signatures = PdfFileReader(file).embedded_signatures
        if not signatures:
            return "bad no signature"
        for signature in signatures:
            context = ValidationContext(trust_roots=roots, moment=moment, allow_fetching=False)
            status = validate_pdf_signature(signature, signer_validation_context=context)
            if not status.bottom_line:
                return "bad " + status.summary()
    return "good"


for path in sys.argv[2:]:
    try:
        answer = judge(path)
    except Exception as error:  # whatever pyHanko refuses with is a refusal
        answer = f"bad {type(error).__name__}: {error}"
    print(answer.replace("\n", " "))
