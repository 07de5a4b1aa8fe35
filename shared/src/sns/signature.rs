//! The signature of a message of SNS: RSA (PKCS #1 v1.5) with the key of an X.509 certificate.

use std::time::Duration;

use jiff::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm,
    UnixTime, alg_id,
};
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;
use webpki::{EndEntityCert, KeyUsage};

use crate::domain::sns::{Message, Version};

/// RSA with SHA-1, which version 1 of a signature has. TLS has it no more, so webpki does not bring it.
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        // Asked for where a certificate's own signature is verified: never here.
        alg_id::RSA_PKCS1_SHA256
    }
}

/// How the file of a certificate begins.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The certificate that SNS signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(CertificateDer<'static>);

impl Certificate {
    /// Reads a PEM file. `None` if it does not begin with a certificate that has a public key: one further below may be
    /// what a stranger wrote into a text that SNS repeats.
    pub fn from_pem(pem: &[u8]) -> Option<Certificate> {
        if !pem.starts_with(BEGIN) {
            return None;
        }
        let der = CertificateDer::from_pem_slice(pem).ok()?;
        EndEntityCert::try_from(&der).ok()?;
        Some(Certificate(der))
    }

    /// Whether it is valid now, by its dates. Who has issued it is not looked at: it came from SNS' own host.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        let Ok(second) = u64::try_from(now.as_second()) else { return false };
        let now = UnixTime::since_unix_epoch(Duration::from_secs(second));
        let Ok(certificate) = EndEntityCert::try_from(&self.0) else { return false };
        let usage = KeyUsage::server_auth();
        let verified = certificate.verify_for_usage(&[], &[], &[], now, usage, None, None);
        // Without a certificate to trust it is refused in any case; for one of these reasons only after its dates.
        matches!(
            verified.err(),
            Some(
                webpki::Error::UnknownIssuer
                    | webpki::Error::CaUsedAsEndEntity
                    | webpki::Error::RequiredEkuNotFoundContext(_)
            )
        )
    }

    /// Whether the key of this certificate has signed the message.
    pub fn has_signed(&self, message: &Message) -> bool {
        let algorithm: &dyn SignatureVerificationAlgorithm = match message.version {
            Version::Sha1 => &RsaSha1,
            Version::Sha256 => RSA_PKCS1_2048_8192_SHA256,
        };
        let (Ok(certificate), Some(signature)) =
            (EndEntityCert::try_from(&self.0), message.signature())
        else {
            return false;
        };
        certificate.verify_signature(algorithm, message.signed().as_bytes(), &signature).is_ok()
    }
}

#[cfg(test)]
mod tests;
