"""Reads our golden files as a receiver would that knows only the table of names of QCVN 102:2016."""

import base64
import io
import re
import sys
import zipfile
from pathlib import Path

from lxml import etree

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
Q = {"e": NS}
HEADER = ["From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo",
          "DueDate", "OtherInfo", "ResponseFor", "SteeringType", "ToPlaces"]
STATUS = ["From", "ResponseFor", "StaffInfo", "StatusCode", "Description", "Timestamp"]
ORGAN = ["OrganId", "OrganizationInCharge", "OrganName", "OrganAdd", "Email", "Telephone", "Fax", "Website"]
DAY = re.compile(r"\d{4}/\d\d/\d\d")
MOMENT = re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d")


def local(node):
    return etree.QName(node).localname


def in_order(node, names):
    at = [names.index(local(child)) for child in node]
    assert at == sorted(at), [local(child) for child in node]


def one(node, path):
    found = node.xpath(path, namespaces=Q)
    assert len(found) == 1, (path, len(found))
    return found[0]


def document(root, header):
    in_order(header, HEADER)
    assert header.xpath("e:To", namespaces=Q)
    for organ in header.xpath("e:From | e:To", namespaces=Q):
        in_order(organ, ORGAN)
    organ, day, number = one(header, "e:DocumentId").text.split(",")
    assert DAY.fullmatch(day) and one(header, "e:PromulgationInfo/e:PromulgationDate").text == day
    assert number == one(header, "e:Code/e:CodeNumber").text + "/" + one(header, "e:Code/e:CodeNotation").text
    assert 1 <= len(one(header, "e:Subject").text) <= 500
    traces = one(root, "e:edXMLEnvelope/e:edXMLHeader/e:TraceHeaderList")
    assert MOMENT.fullmatch(one(traces, "e:TraceHeader/e:Timestamp").text)
    business = one(traces, "e:Bussiness")
    kind = one(business, "e:BussinessDocType").text
    if kind in "12":
        assert one(business, "e:DocumentId").text
    if kind == "2":
        assert [node.text for node in business.xpath(".//e:ReceiverType", namespaces=Q)] == ["0", "1"]
    if kind == "3":
        assert len(business.xpath(".//e:ReplacementInfo/e:OrganIdList/e:OrganId", namespaces=Q)) == 2
    manifest = one(root, "e:edXMLEnvelope/e:edXMLBody/e:edXMLManifest")
    assert manifest.get("version") == "1.0"
    listed = [node.text for node in manifest.xpath("e:Reference/e:ContentId", namespaces=Q)]
    files = root.xpath("e:AttachmentEncoded/e:Attachment", namespaces=Q)
    assert listed == [one(node, "e:ContentId").text for node in files]
    for file in files:
        assert file.prefix is None
        encoded = one(file, "e:ContentTransferEncoded")
        assert encoded.prefix == "edXML"
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded.text, validate=True)))
        assert archive.namelist() == [one(file, "e:AttachmentName").text] and archive.testzip() is None
        assert archive.read(archive.namelist()[0]).startswith(b"%PDF")
    return kind


def status(header):
    in_order(header, STATUS)
    assert [local(node) for node in one(header, "e:ResponseFor")] == ["OrganId", "Code", "PromulgationDate", "DocumentId"]
    assert MOMENT.fullmatch(one(header, "e:Timestamp").text)
    return one(header, "e:StatusCode").text


seen = []
for path in sorted(Path(sys.argv[1]).glob("*.edxml")):
    root = etree.parse(path, etree.XMLParser(resolve_entities=False)).getroot()
    assert root.tag == f"{{{NS}}}edXML" and root.prefix is None
    envelope = one(root, "e:edXMLEnvelope")
    assert all(node.prefix == "edXML" for node in envelope.iter()), path
    header = one(envelope, "e:edXMLHeader/e:MessageHeader")
    seen.append(status(header) if path.name.startswith("status") else document(root, header))
assert seen == ["0", "3", "0", "1", "01", "02", "03", "04", "05", "06", "13", "15", "16", "2"], seen
print(len(seen), "messages read")
