# SPDX-License-Identifier: Apache-2.0
"""Gzip, zip and mails, with nothing in them that differs from run to run."""
import binascii
import io
import struct
import zipfile
import zlib
from base64 import b64encode

import clock
import world
from rng import token

GZIP_TIME = 0
ZIP_TIME = (2020, 1, 1, 0, 0, 0)


def gzip_bytes(data, name="", flush_at=None):
    """One gzip member. `flush_at`: all before that offset can be read even where the rest
    is missing (returns the bytes and the offset in them)."""
    head = b"\x1f\x8b\x08" + (b"\x08" if name else b"\x00")
    head += struct.pack("<I", GZIP_TIME) + b"\x00\x03"
    if name:
        head += name.encode("latin-1", "replace") + b"\x00"
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body, mark = b"", 0
    if flush_at is not None:
        body = deflate.compress(data[:flush_at]) + deflate.flush(zlib.Z_SYNC_FLUSH)
        mark = len(head) + len(body)
        body += deflate.compress(data[flush_at:])
    else:
        body = deflate.compress(data)
    body += deflate.flush()
    tail = struct.pack("<II", binascii.crc32(data), len(data) & 0xffffffff)
    whole = head + body + tail
    return whole if flush_at is None else (whole, mark)


def zip_bytes(entries):
    """`entries`: (name, bytes); a name that ends in / is a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.create_system = 3
            info.external_attr = (0o40755 if name.endswith("/") else 0o100644) << 16
            info.compress_type = (zipfile.ZIP_STORED if name.endswith("/")
                                  else zipfile.ZIP_DEFLATED)
            archive.writestr(info, data)
    return out.getvalue()


def base64_lines(data, eol="\n"):
    text = b64encode(data).decode()
    return eol.join(text[i:i + 76] for i in range(0, len(text), 76)) + eol


def quoted_printable(data):
    out = []
    for line in data.decode("latin-1").split("\n"):
        text = "".join(c if (33 <= ord(c) <= 126 and c != "=") or c in " \t"
                       else f"={ord(c):02X}" for c in line)
        if text and text[-1] in " \t":
            text = text[:-1] + f"={ord(text[-1]):02X}"
        while len(text) > 75:
            cut = 74
            while "=" in text[cut - 2:cut]:
                cut -= 1
            out.append(text[:cut] + "=")
            text = text[cut:]
        out.append(text)
    return "\n".join(out)


def file_stem(report, unique=""):
    org = report.reporter.host or report.email.rpartition("@")[2]
    stem = f"{org}!{report.domain}!{report.begin}!{report.end}"
    return stem + (f"!{unique}" if unique else "")


class Mail:
    """Header fields and a body; turned into bytes at once, LF line ends."""

    def __init__(self, sender, to, subject, when, host, tag, zone=0):
        digest = token("mail", tag, n=64)
        ident = f"{digest[:24]}.{when}"
        self.boundary = "=_" + digest[:30]
        passed = (f"Authentication-Results: {world.MSP_HOST};\n"
                  f"\tdkim=pass header.d={host} header.s=r2024;\n"
                  f"\tspf=pass smtp.mailfrom={sender};\n"
                  f"\tdmarc=pass header.from={sender.rpartition('@')[2]}\n")
        signed = b64encode(bytes.fromhex(digest) * 8).decode()
        lines = "\n\t ".join(signed[i:i + 70] for i in range(0, len(signed), 70))
        bodyhash = b64encode(bytes.fromhex(token("body", tag, n=64))).decode()
        self.head = (
            f"Return-Path: <{sender}>\nDelivered-To: {to}\n"
            f"Received: from out.{host} (out.{host} [198.51.100.{int(digest[:2], 16)}])\n"
            f"\tby {world.MSP_HOST} (Postfix) with ESMTPS id {digest[2:13].upper()}\n"
            f"\tfor <{to}>; {clock.mail_date(when)}\n" + passed +
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={host}; s=r2024;\n"
            f"\tt={when}; h=from:to:subject:date:message-id:mime-version;\n"
            f"\tbh={bodyhash};\n\tb={lines}\n"
            f"Date: {clock.mail_date(when - 7, zone)}\nFrom: {sender}\nTo: {to}\n"
            f"Subject: {subject}\nMessage-ID: <{ident}@{host}>\nMIME-Version: 1.0\n")

    def whole(self, head, data):
        """The data is the mail."""
        return (self.head + head + "Content-Transfer-Encoding: base64\n\n" +
                base64_lines(data)).encode()

    def multipart(self, parts, kind="mixed"):
        """`parts`: (header fields, bytes already in their transfer encoding)."""
        out = [f"{self.head}Content-Type: multipart/{kind};\n\tboundary="
               f"\"{self.boundary}\"\n\nThis is a multi-part message in MIME format.\n"
               .encode()]
        for head, body in parts:
            out.append(f"\n--{self.boundary}\n{head}\n".encode() + body)
        out.append(f"\n--{self.boundary}--\n".encode())
        return b"".join(out)


def attachment(kind, name, data, encoding="base64", field="Content-Type"):
    head = (f"{field}: {kind};\n\tname=\"{name}\"\n"
            f"Content-Disposition: attachment;\n\tfilename=\"{name}\"\n"
            f"Content-Transfer-Encoding: {encoding}\n")
    return head, base64_lines(data).encode() if encoding == "base64" else data


def text_part(report):
    text = (f"This is an aggregate report from {report.reporter.host} for "
            f"{report.domain}.\n")
    return "Content-Type: text/plain; charset=us-ascii\n", text.encode()


def html_part(report):
    text = (f"<html><body><p>This is a DMARC aggregate report for {report.domain}. "
            "<b>Do not reply.</b></p></body></html>")
    return ("Content-Type: text/html; charset=us-ascii\n"
            "Content-Transfer-Encoding: base64\n"), base64_lines(text.encode()).encode()


# --- boxes: a report's text to a whole mail; each notes the quirks it has ---

def box_mixed(report, mail, stem, rng):
    data = gzip_bytes(report.text, stem + ".xml")
    return mail.multipart([text_part(report),
                           attachment("application/gzip", stem + ".xml.gz", data)])


def box_whole_zip(report, mail, stem, rng):
    report.quirks.add("whole-mail-zip")
    data = zip_bytes([(stem + ".xml", report.text)])
    head = (f"Content-Type: application/zip;\n\tname=\"{stem}.zip\"\n"
            f"Content-Disposition: attachment;\n\tfilename=\"{stem}.zip\"\n")
    return mail.whole(head, data)


def box_microsoft(report, mail, stem, rng):
    gz = attachment("application/gzip", stem + ".xml.gz", gzip_bytes(report.text))
    report.quirks.add("html-part-first")
    parts = [html_part(report), gz]
    if report.day % 30 == 11:
        report.quirks.add("report-not-last")
        mail.head = mail.head.replace("Subject: ", "Subject: [Preview] ")
        parts.append(("Content-Type: text/plain\n", b"External mail: be careful.\n"))
    return mail.multipart(parts)


def box_x_gzip(report, mail, stem, rng):
    report.quirks.add("x-gzip")
    return mail.multipart([text_part(report), attachment(
        "application/x-gzip", stem + ".xml.gz", gzip_bytes(report.text))])


def box_gzip_named_zip(report, mail, stem, rng):
    report.quirks.add("gzip-named-zip")
    return mail.multipart([text_part(report), attachment(
        "application/zip", stem + ".zip", gzip_bytes(report.text))])


def box_x_zip(report, mail, stem, rng):
    report.quirks.add("x-zip-compressed")
    return mail.multipart([text_part(report), attachment(
        "application/x-zip-compressed", stem + ".zip",
        zip_bytes([(stem + ".xml", report.text)]))])


def box_ses(report, mail, stem, rng):
    report.quirks.update(("octet-stream-rfc2231", "odd-subject"))
    name = stem + ".xml.gz"
    pieces = [name[i:i + 40] for i in range(0, len(name), 40)]
    split = ";\n\t".join(f"filename*{i}=\"{p}\"" for i, p in enumerate(pieces))
    named = ";\n\t".join(f"name*{i}=\"{p}\"" for i, p in enumerate(pieces))
    head = (f"Content-Type: application/octet-stream;\n\t{named}\n"
            "Content-Transfer-Encoding: base64\n"
            f"Content-Disposition: attachment;\n\t{split}\n")
    return mail.multipart([(head, base64_lines(gzip_bytes(report.text)).encode())])


def box_mimecast(report, mail, stem, rng):
    """The gzip as the whole mail, now with CR LF behind it, now with a zip inside."""
    name = stem + ".xml.gz"
    head = (f"Content-Type: application/gzip\n"
            f"Content-Disposition: attachment;\n filename=\"{name}\"\n")
    report.quirks.add("whole-mail-gzip")
    which = report.day % 3
    if which == 0:
        report.quirks.add("gzip-trailing-crlf")
        data = gzip_bytes(report.text) + b"\r\n"
    elif which == 1:
        report.quirks.add("zip-named-gzip")
        data = zip_bytes([(stem + ".xml", report.text)])
    else:
        report.quirks.add("zip-in-gzip")
        data = gzip_bytes(zip_bytes([(stem + ".xml", report.text)]))
    return mail.whole(head, data)


def box_text_xml(report, mail, stem, rng):
    report.quirks.add("text-xml-part")
    return mail.multipart([attachment("text/xml", stem + ".xml", report.text, "7bit")])


def box_application_xml(report, mail, stem, rng):
    report.quirks.add("application-xml-part")
    return mail.multipart([text_part(report), attachment("application/xml", stem + ".xml",
                                                         report.text)])


def box_text_plain(report, mail, stem, rng):
    report.quirks.add("text-plain-base64")
    return mail.multipart([attachment("text/plain", stem + ".xml", report.text)])


def box_typo(report, mail, stem, rng):
    report.quirks.add("contenttype-typo")
    return mail.multipart([text_part(report), attachment(
        "application/gzip", stem + ".xml.gz", gzip_bytes(report.text),
        field="ContentType")])


def box_nested(report, mail, stem, rng):
    report.quirks.add("nested-rfc822")
    inner = box_mixed(report, mail, stem, rng)
    outer = Mail("journal@northgate.example", report.options["to"],
                 "Journal: " + stem, report.arrived + 60, "northgate.example", stem)
    return outer.multipart([
        ("Content-Type: text/plain\n", b"Sender and recipients of the message below.\n"),
        ("Content-Type: message/rfc822\nContent-Disposition: attachment\n", inner)])


def box_quoted(report, mail, stem, rng):
    report.quirks.add("quoted-printable")
    return mail.multipart([text_part(report), attachment(
        "text/xml; charset=utf-8", stem + ".xml", quoted_printable(report.text).encode(),
        "quoted-printable")])


def box_8bit(report, mail, stem, rng):
    report.quirks.add("8bit-encoding")
    return mail.multipart([text_part(report), attachment("text/xml", stem + ".xml",
                                                         report.text, "8bit")])


def box_binary(report, mail, stem, rng):
    report.quirks.add("binary-encoding")
    return mail.multipart([html_part(report), attachment("text/xml", stem + ".xml",
                                                         report.text, "binary")])


def box_mixed_ends(report, mail, stem, rng):
    report.quirks.add("mixed-line-ends")
    mail.head = mail.head.replace("\n", "\r\n")
    return mail.multipart([text_part(report), attachment("text/xml", stem + ".xml",
                                                         report.text, "8bit")])


def box_gzip_in_gzip(report, mail, stem, rng):
    report.quirks.add("gzip-in-gzip")
    data = gzip_bytes(gzip_bytes(report.text, stem + ".xml"), stem + ".xml.gz")
    return mail.multipart([text_part(report), attachment(
        "application/gzip", stem + ".xml.gz", data)])


def box_zip_extras(report, mail, stem, rng):
    report.quirks.add("zip-folders-extras")
    entries = [("reports/", b""), ("reports/README.txt", b"See the XML beside this.\n"),
               (f"reports/{stem}.xml", report.text),
               ("__MACOSX/", b""), ("__MACOSX/._reports", b"\x00\x05\x16\x07\x00\x02")]
    return mail.multipart([text_part(report), attachment(
        "application/zip", stem + ".zip", zip_bytes(entries))])


BOXES = {"mixed": box_mixed, "whole-zip": box_whole_zip, "microsoft": box_microsoft,
         "x-gzip": box_x_gzip, "gzip-named-zip": box_gzip_named_zip,
         "x-zip-compressed": box_x_zip, "ses": box_ses, "mimecast": box_mimecast,
         "text-xml": box_text_xml, "application-xml": box_application_xml,
         "text-plain-base64": box_text_plain, "contenttype-typo": box_typo,
         "nested": box_nested, "quoted-printable": box_quoted, "8bit": box_8bit,
         "binary": box_binary, "mixed-ends": box_mixed_ends,
         "gzip-in-gzip": box_gzip_in_gzip, "zip-extras": box_zip_extras}


def report_mail(report, to, when=None, tag=""):
    reporter = report.reporter
    when = when or report.arrived
    subject = reporter.subject.format(domain=report.domain, org=reporter.host,
                                      id=report.report_id[:60].strip("<>"),
                                      day=clock.day_text(report.begin // clock.DAY))
    return Mail(report.email, to, subject, when, reporter.host,
                "/".join((report.org, report.domain, report.report_id, str(report.begin),
                          report.email, tag)))


FILE_FORMS = ("xml", "xml.gz", "zip")


def file_bytes(report, form, stem):
    if form == "xml":
        report.quirks.add("plain-xml-file")
        return report.text
    if form == "xml.gz":
        return gzip_bytes(report.text, stem + ".xml")
    return zip_bytes([(stem + ".xml", report.text)])
