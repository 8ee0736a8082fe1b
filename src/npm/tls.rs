//! Whose certificates are believed.
//!
//! Like npm: the `ca` or `cafile` of its configuration and no others, or else those of the system,
//! with `NODE_EXTRA_CA_CERTS`.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::registry::Error;

/// Certificates in PEM, each file or text with the setting it is from.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) only: Vec<(String, Vec<u8>)>,
    pub(super) also: Vec<(String, Vec<u8>)>,
    pub(super) strict: bool,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("strict", &self.strict)
            .finish_non_exhaustive()
    }
}

impl Tls {
    pub(super) fn client(&self) -> Result<ClientConfig, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed("TLS", &error))?;
        if !self.strict {
            let verifier = Arc::new(BelieveAll(provider));
            let builder = builder
                .dangerous()
                .with_custom_certificate_verifier(verifier);
            return Ok(builder.with_no_client_auth());
        }
        if self.only.is_empty() {
            let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(
                certificates(&self.also)?,
                provider,
            )
            .map_err(|error| failed("the system's certificates", &error))?;
            let builder = builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier));
            return Ok(builder.with_no_client_auth());
        }
        let mut roots = RootCertStore::empty();
        for sources in [&self.only, &self.also] {
            roots.add_parsable_certificates(certificates(sources)?);
        }
        if roots.is_empty() {
            let key = self.only.first().map_or("cafile", |(key, _)| key);
            return Err(failed(key, &"there is no certificate in it"));
        }
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

fn failed(key: &str, reason: &dyn std::fmt::Display) -> Error {
    Error::Configuration {
        key: key.to_owned(),
        reason: reason.to_string(),
    }
}

fn certificates(sources: &[(String, Vec<u8>)]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let mut all = Vec::new();
    for (key, pem) in sources {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            all.push(certificate.map_err(|error| failed(key, &error))?);
        }
    }
    Ok(all)
}

/// What `strict-ssl=false` asks for: whoever answers, is believed to be who was asked. What is signed
/// is still checked.
#[derive(Debug)]
struct BelieveAll(Arc<CryptoProvider>);

impl ServerCertVerifier for BelieveAll {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(only: &str) -> Tls {
        Tls {
            only: vec![("cafile".to_owned(), only.as_bytes().to_vec())],
            also: Vec::new(),
            strict: true,
        }
    }

    #[test]
    fn a_file_without_certificates_is_an_error_that_says_so() {
        for pem in [
            "",
            "nothing",
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        ] {
            let error = tls(pem).client().unwrap_err();
            assert!(error.to_string().contains("cafile"), "{error}");
        }
    }

    #[test]
    fn without_strict_ssl_none_is_needed() {
        let tls = Tls {
            strict: false,
            ..tls("")
        };
        assert!(tls.client().is_ok());
    }
}
