//! The signature of a message of SNS: RSA (PKCS #1 v1.5) with the key of an X.509 certificate.

use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use webpki::EndEntityCert;
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;

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

/// The certificate that SNS signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(CertificateDer<'static>);

impl Certificate {
    /// Reads a PEM file. `None` if it has no certificate with a public key.
    pub fn from_pem(pem: &[u8]) -> Option<Certificate> {
        let der = CertificateDer::from_pem_slice(pem).ok()?;
        EndEntityCert::try_from(&der).ok()?;
        Some(Certificate(der))
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
