"""Appends a document security store (PAdES-LT) with the certificates of the newest signature, and a revocation list if given."""

import sys

from asn1crypto import crl
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

path, *lists = sys.argv[1:]
with open(path, "rb+") as file:
    signature = PdfFileReader(file).embedded_signatures[-1]
    certificates = [signature.signer_cert, *signature.other_embedded_certs]
    DocumentSecurityStore.add_dss(
        file,
        signature.pkcs7_content,
        certs=certificates,
        crls=[crl.CertificateList.load(open(each, "rb").read()) for each in lists],
    )
