"""Signs every PDF of a folder at B-LT and B-LTA. Keys and certificates are in PEM, each one's own first, the root's last."""

import sys
from pathlib import Path

from asn1crypto import crl, keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, fields, sign_pdf
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

folder, signer_key, signer_chain, stamp_key, stamp_chain, *lists = sys.argv[1:]


def certificates(path):
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(Path(path).read_bytes(), multiple=True)]


def secret(path):
    return keys.PrivateKeyInfo.load(pem.unarmor(Path(path).read_bytes())[2])


[signer, *chain], [stamps, *stamp_chain] = certificates(signer_chain), certificates(stamp_chain)
known = SimpleCertificateStore.from_certs([*chain, *stamp_chain])
authority = DummyTimeStamper(stamps, secret(stamp_key), certs_to_embed=known)
identity = SimpleSigner(signer, secret(signer_key), cert_registry=known)
for path in sorted(Path(folder).glob("*.pdf")):
    for level in ["LT", "LTA"]:
        context = ValidationContext(
            trust_roots=[chain[-1]],
            other_certs=[*chain, *stamp_chain],
            crls=[crl.CertificateList.load(Path(each).read_bytes()) for each in lists],
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        order = PdfSignatureMetadata(
            field_name="signer",
            subfilter=fields.SigSeedSubFilter.PADES,
            embed_validation_info=True,
            validation_context=context,
            use_pades_lta=level == "LTA",
        )
        with open(path, "rb") as file, open(f"{folder}/{path.stem}.{level}", "wb") as signed:
            writer = IncrementalPdfFileWriter(file, strict=False)
            sign_pdf(writer, order, identity, timestamper=authority, output=signed)
