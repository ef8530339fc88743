"""Measures a typeset document with an independent reader (pdfplumber).

usage: layout.py FACTS.json ...

Each facts file names the PDF beside it and holds the draft and the anchors that were reported:
{"pdf": "name.pdf", "draft": {...}, "anchors": {"number": {...}}}. Every row of the acceptance list
LAY-01 ... LAY-19, LAY-23, LAY-24, LAY-31, LAY-32 that is about the page is checked, and boxes 11 to 13. Prints what is
wrong, one line each, and exits 2; exits 77 where pdfplumber is missing.
"""

import json
import re
import sys
import unicodedata
from itertools import takewhile
from pathlib import Path

try:
    import pdfplumber
    from pdfminer.pdftypes import resolve1
except ImportError:
    print("the Python package pdfplumber is missing")
    sys.exit(77)

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT, TOP, BOTTOM = 30 * MM, 20 * MM, 20 * MM, 20 * MM
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
TYPE_NAMES = {
    "QD": "QUYẾT ĐỊNH", "TTR": "TỜ TRÌNH", "BC": "BÁO CÁO", "KH": "KẾ HOẠCH", "TB": "THÔNG BÁO",
    "CV": "", "GM": "GIẤY MỜI", "BB": "BIÊN BẢN",
}
STAMPS = {"khan": ("KHẨN", 20), "thuong_khan": ("THƯỢNG KHẨN", 40), "hoa_toc": ("HỎA TỐC", 30)}


class Line:
    """Glyphs on one baseline without a wide gap between them; lengths in points from the page's top left."""

    def __init__(self, page, chars):
        self.page = page
        self.chars = chars
        self.text = "".join(c["text"] for c in chars).strip()
        inked = [c for c in chars if c["text"].strip()]
        self.x0, self.x1 = inked[0]["x0"], inked[-1]["x1"]
        self.base = baseline(page, chars[0])
        self.sizes = {round(c["size"], 1) for c in inked}
        self.fonts = {style(c) for c in inked}

    size = property(lambda self: max(self.sizes))
    width = property(lambda self: self.x1 - self.x0)
    centre = property(lambda self: (self.x0 + self.x1) / 2)

    def is_style(self, name):
        return self.fonts == {name}


def baseline(page, char):
    return float(page.height) - char["matrix"][5]


def style(char):
    name = char["fontname"].split("-")[-1] if "-" in char["fontname"] else "Regular"
    return {"BoldItalic": "bold italic", "Bold": "bold", "Italic": "italic"}.get(name, "regular")


def lines_of(page, gap=14):
    rows = {}
    for char in page.chars:
        rows.setdefault(round(baseline(page, char), 1), []).append(char)
    found = []
    for _, chars in sorted(rows.items()):
        chars.sort(key=lambda c: c["x0"])
        part = []
        for char in chars:
            if part and char["x0"] - part[-1]["x1"] > gap:
                found.append(part)
                part = []
            part.append(char)
        found.append(part)
    return [Line(page, part) for part in found if "".join(c["text"] for c in part).strip()]


def rules_of(page):
    return [r for r in page.lines if abs(r["top"] - r["bottom"]) < 0.5]


class Report:
    def __init__(self, name):
        self.name, self.faults = name, []

    def check(self, row, good, message):
        if not good:
            self.faults.append(f"{self.name}: {row}: {message}")


def near(a, b, tolerance):
    return abs(a - b) <= tolerance


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def check_pages(report, pdf, draft):
    expected = 0
    for page in pdf.pages:
        box = sorted((float(page.width), float(page.height)))
        report.check("LAY-01", near(box[0], WIDTH, 0.5) and near(box[1], HEIGHT, 0.5), f"page {page.page_number} is {box}")
        top_lines = [l for l in lines_of(page) if l.base < TOP]
        body_lines = [l for l in lines_of(page) if l.base >= TOP]
        starts_annex = bool(body_lines) and page.page_number > 1 and (
            body_lines[0].text.startswith("Phụ lục") or any(l.text == NATION for l in body_lines[:3]))
        expected = 1 if page.page_number == 1 or starts_annex else expected + 1
        if expected == 1:
            report.check("LAY-04", not top_lines, f"page {page.page_number} has {[l.text for l in top_lines]} over it")
        else:
            number = top_lines[0] if top_lines else None
            middle = (LEFT + float(page.width) - RIGHT) / 2
            report.check("LAY-04", number and number.text == str(expected) and 13 <= number.size <= 14
                         and number.is_style("regular") and near(number.centre, middle, MM),
                         f"page {page.page_number} should be numbered {expected}")
        last_rule = 4 * MM + 0.5
        for line in body_lines:
            over = last_rule if expected == 1 and line.base < 80 * MM else 0.5
            report.check("LAY-02", line.x0 >= LEFT - over and line.x1 <= float(page.width) - RIGHT + over,
                         f"page {page.page_number} '{line.text[:40]}' runs over a side: {line.x0:.1f} to {line.x1:.1f}")
            report.check("LAY-02", line.base <= float(page.height) - BOTTOM, f"'{line.text[:40]}' runs over the foot")
        for char in page.chars:
            red = char["non_stroking_color"] in ((1, 0, 0), [1, 0, 0])
            black = char["non_stroking_color"] in ((0,), (0, 0, 0), 0, [0])
            report.check("LAY-03", black or (red and draft["urgency"] != "normal"), f"colour {char['non_stroking_color']}")
            report.check("LAY-03", re.match(r"^[A-Z]{6}\+LiberationSerif", char["fontname"]), f"font {char['fontname']}")
            report.check("LAY-03", unicodedata.is_normalized("NFC", char["text"]), f"{char['text']!r} is not composed")


def rule_under(report, row, page, line, low, high, of=None):
    """A rule just beneath, centred, between two parts of a width."""
    width = of or line.width
    under = [r for r in rules_of(page) if 0 < r["top"] - line.base < 14 and near((r["x0"] + r["x1"]) / 2, line.centre, MM)]
    report.check(row, len(under) == 1, f"{len(under)} rules under '{line.text}'")
    if under:
        ratio = (under[0]["x1"] - under[0]["x0"]) / width
        report.check(row, low <= ratio <= high, f"the rule under '{line.text}' is {ratio:.2f} of the text")


def text_of(value):
    """A PDF string as text: read already, or UTF-16 with its mark, or plain."""
    value = resolve1(value)
    if isinstance(value, str):
        return value
    return value.decode("utf-16") if value[:2] in (b"\xfe\xff", b"\xff\xfe") else value.decode("utf-8", "replace")


def check_file(report, pdf, draft):
    """What the file says of itself: archive standard, tags, language, title, bookmarks."""
    catalog = {key: resolve1(value) for key, value in pdf.doc.catalog.items()}
    report.check("file", text_of(catalog.get("Lang", b"")) == "vi-VN", f"language {catalog.get('Lang')}")
    report.check("file", resolve1(catalog.get("MarkInfo", {}).get("Marked")) is True and "StructTreeRoot" in catalog, "no tags")
    meta = catalog["Metadata"].get_data().decode("utf-8") if "Metadata" in catalog else ""
    part, level = re.search(r"pdfaid:part>(\d)", meta), re.search(r"pdfaid:conformance>(\w)", meta)
    report.check("file", part and part[1] == "2" and level and level[1] == "A", "not marked as PDF/A-2a")
    title = text_of(pdf.doc.info[0].get("Title", b"")) if pdf.doc.info else ""
    report.check("file", squeeze(draft["subject"].removeprefix("Về việc ")) in title, f"title '{title}'")
    marks = [text_of(title) for _, title, *_ in pdf.doc.get_outlines()] if "Outlines" in catalog else []
    wanted = [TYPE_NAMES[draft["doc_type"]]] if draft["doc_type"] != "CV" else []
    wanted += [f"Điều {b['number']}." for b in draft["body"] if b["kind"] == "article"]
    wanted += [attached_type(annex) if annex.get("attached") else annex["label"] or "Phụ lục" for annex in draft["annexes"]]
    report.check("file", [w for w in wanted if w not in marks] == [], f"bookmarks are {marks}")


def check_header(report, pdf, draft):
    page = pdf.pages[0]
    lines = lines_of(page)
    nation = [l for l in lines if l.text == NATION]
    report.check("LAY-05", len(nation) == 1, "the state's name is not on one line once")
    if not nation:
        return
    nation = nation[0]
    report.check("LAY-05", nation.is_style("bold") and 12 <= nation.size <= 13 and nation.centre > WIDTH / 2, "style or place")
    motto = next((l for l in lines if l.text == MOTTO), None)
    report.check("LAY-06", motto and motto.is_style("bold") and 13 <= motto.size <= 14
                 and near(motto.centre, nation.centre, MM), "motto")
    if motto:
        rule_under(report, "LAY-06", page, motto, 0.98, 1.02)

    column = [l for l in lines if l.x1 < nation.x0 + 1 and l.base < (motto or nation).base + 140]
    number_at = next((i for i, l in enumerate(column) if l.text.startswith("Số:")), None)
    report.check("LAY-08", number_at is not None, "no number line")
    if number_at is None:
        return
    agency = column[:number_at]
    superior = squeeze(draft["superior_agency"] or "")
    names = squeeze(" ".join(l.text for l in agency))
    report.check("LAY-07", names == squeeze(superior + " " + " ".join(draft["issuer"])), f"agency lines are '{names}'")
    for line in agency:
        report.check("LAY-07", 12 <= line.size <= 13 and line.text == line.text.upper()
                     and near(line.centre, agency[0].centre, MM), f"'{line.text}'")
    issuer = [l for l in agency if l.is_style("bold")]
    if issuer:
        longest = max(l.width for l in issuer)
        rule_under(report, "LAY-07", page, issuer[-1], 1 / 3, 1 / 2, of=longest)
    report.check("LAY-07", not superior or agency[0].is_style("regular"), "superior agency is bold")
    report.check("LAY-31", all(l.x1 <= nation.x0 for l in agency), "the agency runs into the state's name")

    base = column[number_at].base
    row = [l for l in lines if near(l.base, base, 1)]
    number_end = next((l.x1 for l in row if draft["symbol"] in l.text), nation.x0) + 1
    left = squeeze("".join(l.text for l in row if l.x1 < number_end))
    right = squeeze(" ".join(l.text for l in row if l.x0 > number_end))
    number = "" if draft["number"] is None else f"{draft['number']:02d}"
    report.check("LAY-08", left == f"Số: {number}/{draft['symbol']}" or left == f"Số:{number}/{draft['symbol']}",
                 f"number line is '{left}'")
    for line in row:
        if line.x1 < number_end:
            report.check("LAY-08", line.is_style("regular") and line.sizes == {13.0}, "number line's style")
        else:
            report.check("LAY-09", line.is_style("italic") and 13 <= line.size <= 14, "date line's style")
    if draft["place"]:
        report.check("LAY-09", right == squeeze(date_words(draft)), f"date line is '{right}'")
        start, end = min(l.x0 for l in row if l.x0 > number_end), max(l.x1 for l in row)
        middle = (start + end) / 2
        report.check("LAY-09", end - start > 97 * MM or near(middle, nation.centre, MM), "date line is not under the state's name")
    if draft["doc_type"] == "CV":
        subject = [l for l in column[number_at + 1:] if l.is_style("regular") and 12 <= l.size <= 13]
        report.check("LAY-11", subject and subject[0].text.startswith("V/v "), "no subject under the number")
        if subject:
            gap = subject[0].base - base - 12 * 0.891 - 13 * 0.216
            report.check("LAY-11", 5 <= gap <= 14, f"{gap:.1f} pt between number and subject")


def date_words(draft):
    if draft["issued_on"]:
        year, month, day = map(int, draft["issued_on"].split("-"))
        return f"{draft['place']}, ngày {day:02d} tháng {pad_month(month)} năm {year}"
    known = draft.get("expected_month")
    month, year = (pad_month(known["month"]), known["year"]) if known else ("", "")
    return f"{draft['place']}, ngày  tháng {month} năm {year}"


def pad_month(month):
    return f"{month:02d}" if month <= 2 else str(month)


def check_title(report, pdf, draft):
    if draft["doc_type"] == "CV":
        return
    page = pdf.pages[0]
    lines = [l for l in lines_of(page, gap=40)]
    middle = (LEFT + WIDTH - RIGHT) / 2
    at = next((i for i, l in enumerate(lines) if l.text == TYPE_NAMES[draft["doc_type"]]), None)
    report.check("LAY-10", at is not None, "no type name")
    if at is None:
        return
    kind = lines[at]
    report.check("LAY-10", kind.is_style("bold") and 13 <= kind.size <= 14 and near(kind.centre, middle, MM), "type name")
    subject, words = [], squeeze(draft["subject"])
    for line in lines[at + 1:]:
        if squeeze(" ".join(l.text for l in subject)) == words:
            break
        subject.append(line)
    report.check("LAY-10", squeeze(" ".join(l.text for l in subject)) == words, "subject is not beneath the type name")
    for line in subject:
        report.check("LAY-10", line.is_style("bold") and 13 <= line.size <= 14 and near(line.centre, middle, MM), f"'{line.text}'")
    if subject:
        rule_under(report, "LAY-10", page, subject[-1], 1 / 3, 1 / 2, of=max(l.width for l in subject))


def attached_type(annex):
    """The words in capitals that begin the title of the text issued."""
    return " ".join(takewhile(lambda word: word == word.upper(), annex["title"].split()))


def attached(draft):
    return any(annex.get("attached") for annex in draft["annexes"])


def check_attached(report, pdf, draft):
    """Form 1.3: the text issued has the header without number and date, its type, its subject, the open note, a rule."""
    for annex in draft["annexes"]:
        if not annex.get("attached"):
            continue
        kind = attached_type(annex)
        subject = annex["title"][len(kind):].strip()
        pages = [p for p in pdf.pages[1:] if any(l.text == NATION for l in lines_of(p))]
        report.check("LAY-23", len(pages) == 1, f"{len(pages)} headers of the attached text")
        if not pages:
            continue
        page, lines = pages[0], lines_of(pages[0])
        whole = lines_of(page, gap=200)
        middle = (LEFT + WIDTH - RIGHT) / 2
        report.check("LAY-23", any(l.text == MOTTO for l in lines) and not any(l.text.startswith("Số:") for l in lines), "its header")
        issuer = squeeze(" ".join(draft["issuer"]))
        report.check("LAY-23", issuer in squeeze(" ".join(l.text for l in lines if l.x1 < WIDTH / 2)), "its agency")
        head = next((l for l in whole if l.text == kind), None)
        report.check("LAY-23", head and head.is_style("bold") and 13 <= head.size <= 14 and near(head.centre, middle, MM), "its type")
        if head is None:
            continue
        under = [l for l in whole if l.base > head.base]
        note_at = next((i for i, l in enumerate(under) if l.text.startswith("(Kèm theo")), None)
        report.check("LAY-23", note_at is not None, "its note")
        if note_at is None:
            continue
        report.check("LAY-23", squeeze(" ".join(l.text for l in under[:note_at])) == squeeze(subject)
                     and all(l.is_style("bold") for l in under[:note_at]), "its subject")
        note = under[note_at]
        report.check("LAY-23", note.is_style("italic") and not re.search(r"số\s*\d", note.text), "its note is filled in")


def body_region(pdf, draft):
    """The lines between the title block and the signature block, with those of the block itself."""
    body, ending, started = [], [], False
    first = next((w for w in draft["legal_basis"]), None) or first_body_words(draft)
    for page in pdf.pages:
        for line in lines_of(page, gap=40):
            if line.base < TOP:
                continue
            if not started:
                started = bool(first) and squeeze(first).startswith(squeeze(line.text)[:30])
            if ending and (line.text.startswith("Phụ lục") or line.text == NATION or line.page is not ending[0].page and attached(draft)):
                return split_ending(body, ending)
            if started and ending == [] and line.text.startswith("Nơi nhận:"):
                ending.append(line)
            elif ending:
                ending.append(line)
            elif started:
                body.append(line)
    return split_ending(body, ending)


def split_ending(body, ending):
    if ending:
        base, page = ending[0].base, ending[0].page
        same = [l for l in body if l.page is page and l.base > base - 1.5]
        body = [l for l in body if l not in same]
        ending = same + ending
    return body, ending


def first_body_words(draft):
    for block in draft["body"]:
        if block["kind"] == "article":
            return f"Điều {block['number']}. {block['title'] or block['text']}"
        if block["kind"] == "paragraph":
            return block["text"]
        if block["kind"] in ("heading", "clause"):
            label = block.get("label") or f"{block['number']}."
            words = block["text"].upper() if block.get("level") == 1 else block["text"]
            return f"{label} {words}"
    return None


def check_body(report, pdf, draft):
    body, ending = body_region(pdf, draft)
    report.check("LAY-13", body, "no body found")
    indent = LEFT + 10 * MM
    right = WIDTH - RIGHT
    pitch = 14 * 1.149
    for before, line in zip([None] + body, body):
        if line.x0 > indent + 2 and line.fonts == {"bold"}:
            continue
        report.check("LAY-13", line.sizes == {14.0}, f"'{line.text[:30]}' has sizes {line.sizes}")
        starts = near(line.x0, indent, 1)
        report.check("LAY-13", starts or near(line.x0, LEFT, 1), f"'{line.text[:30]}' begins at {line.x0 / MM:.1f} mm")
        if before is None or before.page is not line.page:
            continue
        step = line.base - before.base
        if starts:
            report.check("LAY-13", step >= pitch + 6 - 0.2, f"{step:.1f} pt before '{line.text[:30]}'")
        else:
            report.check("LAY-13", pitch - 0.2 <= step <= pitch * 1.5, f"{step:.1f} pt inside a paragraph at '{line.text[:30]}'")
            report.check("LAY-13", near(before.x1, right, 1), f"'{before.text[-30:]}' is not justified")
    starts = [l for l in body if near(l.x0, indent, 1) and l.is_style("italic")]
    report.check("LAY-12", len(starts) == len(draft["legal_basis"]), f"{len(starts)} italic paragraphs")
    articles = [b["number"] for b in draft["body"] if b["kind"] == "article"]
    printed = [int(m.group(1)) for l in body if (m := re.match(r"Điều (\d+)\.", l.text)) and style(l.chars[0]) == "bold" and near(l.x0, indent, 1)]
    report.check("LAY-14", printed == articles == list(range(1, len(articles) + 1)), f"articles {printed}")
    everything = " ".join(l.text for page in pdf.pages for l in lines_of(page))
    report.check("LAY-15", everything.count("./.") == 1, f"{everything.count('./.')} end marks")
    check_ending(report, draft, body, ending)


def check_ending(report, draft, body, ending):
    report.check("LAY-17", ending, "no signature block")
    if not ending:
        return
    label = next(l for l in ending if l.text.startswith("Nơi nhận:"))
    report.check("LAY-17", label.text == "Nơi nhận:" and label.is_style("bold italic") and label.sizes == {12.0}
                 and near(label.x0, LEFT, 1), "the label")
    own = [l for l in ending if l.page is label.page]
    right = [l for l in own if l.x0 > WIDTH / 2 and l.is_style("bold")]
    expected = draft["signer"]["title_lines"] + [draft["signer"]["name"]]
    report.check("LAY-16", [l.text for l in right] == expected, f"signature block is {[l.text for l in right]}")
    for line in right:
        report.check("LAY-16", 13 <= line.size <= 14 and near(line.centre, right[0].centre, MM), f"'{line.text}'")
    report.check("LAY-17", right and near(right[0].base, label.base, 1), "label and title are not level")
    together = [l for l in body if l.page is label.page]
    report.check("LAY-16", len(together) >= 2, f"{len(together)} body lines with the signature block")
    listed = [l for l in ending if l.sizes == {11.0} and l.page.page_number >= label.page.page_number and l.x0 < WIDTH / 2]
    listed = [l for l in listed if l.text != draft.get("drafter_mark") and l.text not in draft.get("contact", [])]
    text = squeeze(" ".join(l.text for l in listed))
    words = [squeeze(l["text"]) for l in draft["distribution"]]
    report.check("LAY-17", text == squeeze("- " + "; - ".join(words) + "."), f"recipients are '{text}'")
    report.check("LAY-17", all(l.is_style("regular") and near(l.x0, LEFT, 1) for l in listed if l.text.startswith("-")), "list style")
    report.check("LAY-32", all(l.x1 < min(r.x0 for r in right) for l in listed if l.page is label.page) if right else True,
                 "recipients run into the signature block")


def check_addressed(report, pdf, draft):
    names = draft["addressed_to"]
    if not names or draft["doc_type"] == "GM":
        return
    lines = lines_of(pdf.pages[0], gap=40)
    first = next((i for i, l in enumerate(lines) if l.text.startswith("Kính gửi:")), None)
    report.check("LAY-19", first is not None, "no addressees")
    if first is None:
        return
    line = lines[first]
    report.check("LAY-19", line.is_style("regular") and 13 <= line.size <= 14, "style")
    if len(names) == 1:
        report.check("LAY-19", line.text.startswith("Kính gửi: " + names[0][:20]), f"'{line.text}'")
        return
    colon = [c for c in line.chars if c["text"] == ":"][0]
    dashes = [l for l in lines[first + 1:] if l.text.startswith("- ") and l.sizes == {14.0}][: len(names)]
    report.check("LAY-19", len(dashes) == len(names), f"{len(dashes)} lines for {len(names)} addressees")
    for dash in dashes:
        report.check("LAY-19", near(dash.x0, colon["x0"], 1.5), f"the dash of '{dash.text[:20]}' is not under the colon")


def check_annexes(report, pdf, draft):
    for annex in draft["annexes"]:
        if annex.get("attached"):
            continue
        label = annex["label"] or "Phụ lục"
        found = [(p, l) for p in pdf.pages[1:] for l in lines_of(p, gap=200) if l.text == label]
        report.check("LAY-23", len(found) == 1, f"'{label}' stands {len(found)} times")
        for page, line in found:
            middle = (LEFT + float(page.width) - RIGHT) / 2
            report.check("LAY-23", line.is_style("bold") and line.sizes == {14.0} and near(line.centre, middle, MM), label)
            rest = lines_of(page, gap=200)
            after = [l for l in rest if l.base > line.base]
            report.check("LAY-23", after and after[0].is_style("bold") and after[0].text == after[0].text.upper(), "title")
            note = next((l for l in after if l.text.startswith("(Kèm theo")), None)
            report.check("LAY-23", note and note.is_style("italic") and not re.search(r"số\s*\d", note.text), "note")
            landscape = any(b["kind"] == "table" and b["landscape"] for b in annex["body"])
            report.check("LAY-23", landscape == (page.width > page.height), "orientation")


def check_stamp(report, pdf, draft):
    if draft["urgency"] == "normal":
        return
    words, width = STAMPS[draft["urgency"]]
    page = pdf.pages[0]
    boxes = [r for r in page.rects if near(r["width"], width * MM, 1.5) and near(r["height"], 8 * MM, 1.5)]
    report.check("LAY-24", len(boxes) == 1, "no frame of the right size")
    report.check("LAY-24", any(l.text == words and l.is_style("bold") for l in lines_of(page)), words)


def check_boxes(report, pdf, draft):
    """Boxes 11, 12 and 13 (Annex I.III.2c, III.3, III.4)."""
    page = pdf.pages[0]
    lines = lines_of(page, gap=40)
    words = {"return": "XEM XONG TRẢ LẠI", "internal": "LƯU HÀNH NỘI BỘ"}.get(draft.get("circulation"))
    boxed = [l for l in lines if l.text in ("XEM XONG TRẢ LẠI", "LƯU HÀNH NỘI BỘ")]
    report.check("III.2c", [l.text for l in boxed] == ([words] if words else []), f"circulation is {[l.text for l in boxed]}")
    for line in boxed:
        nation = next(l for l in lines_of(page) if l.text == NATION)
        report.check("III.2c", 13 <= line.size <= 14 and line.is_style("bold") and line.base < nation.base
                     and near(line.centre, nation.centre, MM), "not in box 11")
        frames = [r for r in page.rects if r["x0"] < line.x0 and r["x1"] > line.x1 and r["top"] < line.base < r["bottom"]]
        report.check("III.2c", len(frames) == 1, f"{len(frames)} frames around it")
    mark = draft.get("drafter_mark", "")
    if mark:
        every = [l for one in pdf.pages for l in lines_of(one)]
        found = [l for l in every if l.text == mark]
        archive = [l for l in every if l.text.startswith("- Lưu:")]
        report.check("III.3", len(found) == 1 and found[0].sizes == {11.0} and found[0].is_style("regular")
                     and near(found[0].x0, LEFT, 1) and found[0].page is archive[0].page
                     and found[0].base > archive[0].base, f"box 12: {[l.text for l in found]}")
    contact = draft.get("contact", [])
    if contact:
        foot = [l for l in lines if l.text in contact]
        report.check("III.4", [l.text for l in foot] == contact, f"box 13: {[l.text for l in foot]}")
        report.check("III.4", all(11 <= l.size <= 12 and l.is_style("regular") for l in foot), "style of box 13")
        wide = [r for r in rules_of(page) if near(r["x0"], LEFT, 1) and near(r["x1"], WIDTH - RIGHT, 1)]
        report.check("III.4", len(wide) == 1 and foot and 0 < foot[0].base - wide[0]["top"] < 24, f"no line over box 13: {[(r['x0'], r['x1'], r['top']) for r in rules_of(page)]}, {[l.base for l in foot]}")
        report.check("III.4", foot and near(foot[-1].base, HEIGHT - BOTTOM, 6), "box 13 is not at the foot of the page")
        others = [l for l in lines if l not in foot]
        report.check("III.4", wide and all(l.base < wide[0]["top"] for l in others), "text under the line of box 13")


def check_anchors(report, pdf, anchors):
    for name in ("number", "day", "month", "year"):
        place = anchors.get(name)
        if place is None:
            continue
        page = pdf.pages[place["page"] - 1]
        middle = float(page.height) - place["baseline"]
        level = [c for c in page.chars if near(baseline(page, c), middle, 0.5) and c["text"].strip()]
        report.check("LAY-21", level, f"no text on the baseline of {name}")
        inside = [c for c in level if c["x1"] > place["x"] + 0.5 and c["x0"] < place["x"] + place["width"] - 0.5]
        report.check("LAY-21", not inside, f"the place of {name} covers {[c['text'] for c in inside]}")
        if name == "number":
            slash = [c for c in level if c["text"] == "/" and near(c["x0"], place["x"] + place["width"], 1)]
            report.check("LAY-21", slash, "the place of the number does not end at the slash")


def main(paths):
    faults = []
    for path in paths:
        facts = json.loads(Path(path).read_text(encoding="utf-8"))
        report = Report(Path(path).stem)
        with pdfplumber.open(Path(path).parent / facts["pdf"]) as pdf:
            draft = facts["draft"]
            check_file(report, pdf, draft)
            check_pages(report, pdf, draft)
            check_header(report, pdf, draft)
            check_title(report, pdf, draft)
            check_addressed(report, pdf, draft)
            check_body(report, pdf, draft)
            check_annexes(report, pdf, draft)
            check_attached(report, pdf, draft)
            check_stamp(report, pdf, draft)
            check_boxes(report, pdf, draft)
            check_anchors(report, pdf, facts["anchors"])
        faults += list(dict.fromkeys(report.faults))
    print("\n".join(faults))
    return 2 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
