"""Appends a document timestamp (PAdES-LTA) of an authority whose key and certificates, its own first, are given in PEM."""

import sys

from asn1crypto import keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

path, key, certificates = sys.argv[1:]
own, *others = [
    x509.Certificate.load(der)
    for _, _, der in pem.unarmor(open(certificates, "rb").read(), multiple=True)
]
_, _, secret = pem.unarmor(open(key, "rb").read())
authority = DummyTimeStamper(
    own,
    keys.PrivateKeyInfo.load(secret),
    certs_to_embed=SimpleCertificateStore.from_certs(others),
)
with open(path, "rb+") as file:
    PdfTimeStamper(authority).timestamp_pdf(IncrementalPdfFileWriter(file), "sha256", in_place=True)
