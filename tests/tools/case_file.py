"""Reads an exported case file with independent readers: pypdfium2 for the PDF, lxml for the XML.

usage: case_file.py FOLDER

FOLDER holds ho-so.pdf, ho-so.xml and facts.json:
{"code": "01.VP", "title": "...", "documents": [{"number": "92/TTr-VP", "words": "TỜ TRÌNH"}, ...]}
Prints what is wrong, one line each, and exits 2. Writes the originals that lie inside the PDF into FOLDER.
"""

import hashlib
import json
import sys
import unicodedata
from pathlib import Path

import pypdfium2
from lxml import etree


def main(folder):
    folder = Path(folder)
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    wrong = []

    def check(good, message):
        if not good:
            wrong.append(message)

    pdf = pypdfium2.PdfDocument(folder / "ho-so.pdf")
    texts = [" ".join(unicodedata.normalize("NFC", page.get_textpage().get_text_range()).split()) for page in pdf]
    check(facts["title"] in texts[0] and facts["code"] in texts[0], f"the cover says: {texts[0]}")
    documents = facts["documents"]
    marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc()]
    check(len(marks) == len(documents), f"bookmarks: {marks}")
    starts = [page for _, page in marks]
    check(starts == sorted(set(starts)), f"bookmarks do not follow each other: {marks}")
    listed = " ".join(texts[1:starts[0]]) if starts else ""
    for nth, (document, (title, page)) in enumerate(zip(documents, marks), 1):
        check(title.startswith(f"{nth}. ") and document["number"] in title, f"bookmark {nth}: {title}")
        check(document["words"] in texts[page], f"{title} begins on page {page + 1}, which says: {texts[page][:120]}")
        check(document["number"] in listed, f"the contents list lacks {document['number']}")
        check(f" {page + 1} " in f" {listed} ", f"the contents list does not send to page {page + 1}")
    check(not any(page.get_objects is None for page in pdf), "a page cannot be read")

    tree = etree.parse(folder / "ho-so.xml").getroot()
    check(tree.findtext("FileCode/FileNotation") == facts["code"], "the XML names another code")
    check(tree.findtext("Title") == facts["title"], "the XML names another title")
    check(int(tree.findtext("DocTotal")) == len(documents), "the XML counts other documents")
    listed = [one for one in tree if one.tag in ("DocOut", "DocIn")]
    pages = sum(int(one.findtext("PageAmount")) for one in listed)
    check(int(tree.findtext("PageTotal")) == pages == len(texts) - starts[0], f"the XML counts {pages} pages")
    days = [one.findtext("IssuedDate") for one in listed]
    check(days == sorted(days, key=lambda day: day.split("/")[::-1]), f"not in the order of time: {days}")
    numbers = [f"{one.findtext('CodeNumber')}/{one.findtext('CodeNotation')}" for one in listed]
    check(numbers == [document["number"] for document in documents], f"the XML lists {numbers}")
    check([one.findtext("DocOrdinal") for one in listed] == [str(n + 1) for n in range(len(listed))], "ordinals")

    kept = {}
    for n in range(pdf.count_attachments()):
        inside = pdf.get_attachment(n)
        kept[inside.get_name()] = bytes(inside.get_data())
    digests = {hashlib.sha256(data).hexdigest() for data in kept.values()}
    check(digests == {one.findtext("Original/Sha256") for one in listed}, f"originals inside: {sorted(kept)}")
    for name, data in kept.items():
        check("/" not in name and name.isascii(), f"an original is called {name}")
        (folder / name).write_bytes(data)

    if wrong:
        print("\n".join(wrong))
        sys.exit(2)
    print("\n".join(sorted(kept)))


if __name__ == "__main__":
    main(sys.argv[1])
