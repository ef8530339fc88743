"""Measures the block of a certified copy in its printed file (Decree 30/2020, Annex I, part on copies, II.2).

usage: copy_block.py FACTS.json

{"pdf": "copy.pdf", "source": "original.pdf" or null, "form": "SAO Y", "number": "01/SY-UBND", "agency": ["ỦY BAN NHÂN DÂN", ...],
"date": "Cao Lộc, ngày ...", "title": ["..."], "signer": "...", "recipients": ["..."], "original": ["words over the block"], "over": blocks of other copies over this one}
Prints what is wrong, one line each, and exits 2; exits 77 where pdfplumber is missing.
"""

import json
import sys
from pathlib import Path

from layout import BOTTOM, HEIGHT, LEFT, MM, RIGHT, WIDTH, Report, lines_of, near, pdfplumber, resolve1, rules_of, squeeze


def main(path):
    facts = json.loads(Path(path).read_text(encoding="utf-8"))
    report = Report(Path(path).stem)
    with pdfplumber.open(Path(path).parent / facts["pdf"]) as pdf:
        more = 0
        if facts["source"]:
            with pdfplumber.open(Path(path).parent / facts["source"]) as source:
                more = len(pdf.pages) - len(source.pages)
                check_ink(report, source, pdf)
            report.check("pages", 0 <= more <= 1 + facts["over"], f"{more} pages more than the original")
        report.check("fields", not any(list(fields_of(page)) for page in pdf.pages), "annotations are left")
        report.check("fields", "AcroForm" not in pdf.doc.catalog, "a form is left")
        report.check("archive", "Metadata" not in pdf.doc.catalog, "the file claims to be an archive file")
        text = squeeze(" ".join(page.extract_text() for page in pdf.pages))
        for words in facts["original"]:
            report.check("original", words in text, f"'{words}' is missing")
        check_block(report, pdf.pages[-1], facts, own_page=more > 0 if not facts["over"] else None)
    print("\n".join(report.faults))
    return 2 if report.faults else 0


def check_ink(report, source, copy):
    """What the fields and signatures of the original show is ink of the copy: number, day, red seal."""
    names = []
    for page, printed in zip(source.pages, copy.pages):
        for name, (x0, y0, x1, y1) in fields_of(page):
            names.append(name)
            top, bottom = float(page.height) - y1, float(page.height) - y0
            inside = [
                thing for kind in ("chars", "curves", "lines", "rects") for thing in getattr(printed, kind)
                if thing["x0"] >= x0 - 2 and thing["x1"] <= x1 + 2
                and thing["top"] >= top - 2 and thing["bottom"] <= bottom + 2
            ]
            report.check("ink", inside, f"nothing is drawn where {name} stood")
    report.check("ink", "agency_seal" in names, f"the original has the fields {names}")


def fields_of(page):
    """Name and rectangle of each annotation."""
    for reference in resolve1(page.page_obj.annots) or []:
        annotation = resolve1(reference)
        yield resolve1(annotation["T"]).decode("latin-1"), [float(resolve1(n)) for n in resolve1(annotation["Rect"])]


def check_block(report, page, facts, own_page):
    lines = lines_of(page)
    wide = [r for r in rules_of(page) if near(r["x0"], LEFT, 1) and near(r["x1"], WIDTH - RIGHT, 1)]
    report.check("II.2a", 1 <= len(wide) <= 1 + facts["over"], f"{len(wide)} lines over the whole text area")
    if not wide:
        return
    top = max(rule["top"] for rule in wide)
    above = [line for line in lines if line.base < top]
    below = [line for line in lines if line.base > top]
    report.check("II.2a", own_page in (None, not above), f"over the line stands {[l.text for l in above][-2:]}")
    if above:
        gap = top - max(line.base for line in above)
        report.check("II.2a", 2 * MM < gap < 14 * MM, f"the line stands {gap / MM:.1f} mm under the document")
    report.check("II.2a", all(line.base < HEIGHT - BOTTOM for line in below), "the block runs over the foot")

    def one(row, words):
        found = [line for line in below if squeeze(line.text) == words]
        report.check(row, len(found) == 1, f"'{words}' stands {len(found)} times in {[l.text for l in below]}")
        return found[0] if found else None

    form = one("II.2b", facts["form"])
    if form:
        report.check("II.2b", form.is_style("bold") and 13 <= form.size <= 14 and form.centre > WIDTH / 2, "form's style")
    for words in facts["agency"]:
        line = one("II.2c", words)
        if line:
            report.check("II.2c", line.is_style("bold") and 12 <= line.size <= 13 and line.centre < WIDTH / 2, "agency's style")
    number = one("II.2c", f"Số: {facts['number']}")
    date = one("II.2c", facts["date"])
    if number and date:
        report.check("II.2c", number.is_style("regular") and number.size == 13, "number's style")
        report.check("II.2c", date.is_style("italic") and 13 <= date.size <= 14, "date's style")
        report.check("II.2c", near(number.base, date.base, 0.5), "number and date are not on one line")
    for words in [*facts["title"], facts["signer"]]:
        line = one("II.2c", words)
        if line:
            report.check("II.2c", line.is_style("bold") and 13 <= line.size <= 14 and line.centre > WIDTH / 2, "signature's style")
    head = one("II.2c", "Nơi nhận:")
    if head:
        report.check("II.2c", head.is_style("bold italic") and head.size == 12, "style of the recipients' head")
    for n, words in enumerate(facts["recipients"]):
        end = "." if n + 1 == len(facts["recipients"]) else ";"
        line = one("II.2c", f"- {words}{end}")
        if line:
            report.check("II.2c", line.is_style("regular") and line.size == 11, "recipients' style")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
