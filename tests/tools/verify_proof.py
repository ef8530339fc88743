"""Verifies a proof pack from docs/proof-pack.md alone: verify_proof.py PACK.pdf ROOT.pem… [--at TIME]

Prints GOOD and the number of events, or BAD and why; exit code 0 or 1.
"""
import argparse
import hashlib
import io
import json
import logging
import sys
from datetime import datetime

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


class Bad(Exception):
    pass


def embedded(reader):
    """Name -> bytes of the embedded files (ISO 32000-2, 7.11.4)."""
    found = {}

    def walk(node):
        names = node.get("/Names", [])
        for at in range(0, len(names), 2):
            spec = names[at + 1].get_object()
            name = str(spec.get("/UF", spec.get("/F")))
            if name in found:
                raise Bad(f"{name} is inside twice")
            found[name] = spec["/EF"]["/F"].get_object().data
        for kid in node.get("/Kids", []):
            walk(kid.get_object())

    tree = reader.root.get("/Names", {}).get("/EmbeddedFiles")
    if tree is not None:
        walk(tree.get_object())
    return found


def signatures(pdf, roots, moment, what):
    reader = PdfFileReader(io.BytesIO(pdf))
    if not reader.embedded_signatures:
        raise Bad(f"{what} is not signed")
    for signature in reader.embedded_signatures:
        context = ValidationContext(trust_roots=roots, moment=moment, allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=context)
        if not status.bottom_line:
            raise Bad(f"the signature {signature.field_name} of {what}: {status.summary()}")
    return reader


def chain(evidence, document):
    if not evidence.endswith(b"\n"):
        raise Bad("the last line of the evidence is cut off")
    about = hashlib.sha256(document).hexdigest()
    previous = "0" * 64
    lines = evidence[:-1].split(b"\n")
    for n, line in enumerate(lines):
        said = json.loads(line.decode("utf-8"))
        if said["n"] != n or said["previous"] != previous:
            raise Bad(f"line {n} does not follow the line before")
        if n == 0 and said["format"] != "trinhky-proof/1":
            raise Bad("the format is not known")
        if said["document"] != about:
            raise Bad(f"line {n} is about another document")
        previous = hashlib.sha256(line).hexdigest()
    return len(lines) - 1


def verify(pack, roots, moment):
    files = embedded(signatures(pack, roots, moment, "the pack"))
    for name in ("van-ban.pdf", "bang-chung.jsonl"):
        if name not in files:
            raise Bad(f"{name} is missing")
    events = chain(files["bang-chung.jsonl"], files["van-ban.pdf"])
    signatures(files["van-ban.pdf"], roots, moment, "van-ban.pdf")
    return events


def main():
    logging.disable(logging.CRITICAL)
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pack")
    arguments.add_argument("roots", nargs="+")
    arguments.add_argument("--at", type=datetime.fromisoformat)
    given = arguments.parse_args()
    roots = []
    for path in given.roots:
        with open(path, "rb") as file:
            roots += [x509.Certificate.load(der) for _, _, der in pem.unarmor(file.read(), multiple=True)]
    with open(given.pack, "rb") as file:
        pack = file.read()
    try:
        events = verify(pack, roots, given.at)
    except Exception as error:  # whatever cannot be read is not good
        print("BAD", str(error).replace("\n", " "))
        return 1
    print("GOOD", events)
    return 0


sys.exit(main())
