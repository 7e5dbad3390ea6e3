//! Proves who we are: a key in a header, or a token that is signed anew for each question. The script names secrets; only
//! here are they known.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::Sha256;

use super::{Keyring, NotThere};
use crate::app::port::{Adapter, Credential};
use crate::domain::time::Timestamp;

/// A vendor's clock may be behind ours by so much.
const BEHIND_S: i64 = 5;

pub(super) struct Signer {
    header: HeaderName,
    scheme: String,
    proof: Keys,
}

enum Keys {
    Secret(SecretString),
    Jwt { issuer: SecretString, secret: SecretString, lifetime_s: i64 },
}

impl Signer {
    /// The first way whose secrets are set. None where the vendor wants nothing.
    pub fn of(adapter: &Adapter, keys: &dyn Keyring) -> Result<Option<Self>, NotThere> {
        if adapter.auth.is_empty() {
            return Ok(None);
        }
        for way in &adapter.auth {
            let proof = match &way.proof {
                Credential::Secret(name) => keys.secret(name).map(Keys::Secret),
                Credential::Jwt { issuer, secret, lifetime } => {
                    keys.secret(issuer).zip(keys.secret(secret)).map(|(issuer, secret)| Keys::Jwt {
                        issuer,
                        secret,
                        lifetime_s: i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX),
                    })
                }
            };
            let Some(proof) = proof else { continue };
            let header = HeaderName::from_bytes(way.header.as_bytes()).map_err(|_| NotThere::Key)?;
            let signer = Self { header, scheme: way.scheme.clone(), proof };
            // found out now, not with the first order
            signer.value(Timestamp(0)).ok_or(NotThere::Key)?;
            return Ok(Some(signer));
        }
        let names: Vec<String> = adapter.auth.iter().map(|way| way.proof.secrets().join(" + ")).collect();
        Err(NotThere::NoKey(names.join(", ")))
    }

    /// What must not be read in a log.
    pub fn key(&self) -> &str {
        match &self.proof {
            Keys::Secret(secret) | Keys::Jwt { secret, .. } => secret.expose_secret(),
        }
    }

    pub fn header(&self) -> &HeaderName {
        &self.header
    }

    pub fn value(&self, now: Timestamp) -> Option<HeaderValue> {
        let proof = match &self.proof {
            Keys::Secret(secret) => secret.expose_secret().to_owned(),
            Keys::Jwt { issuer, secret, lifetime_s } => {
                jwt(issuer.expose_secret(), secret.expose_secret(), *lifetime_s, now.seconds())
            }
        };
        let between = if self.scheme.is_empty() { "" } else { " " };
        let mut value = HeaderValue::from_str(&format!("{}{between}{proof}", self.scheme)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// RFC 7519 with HS256.
fn jwt(issuer: &str, secret: &str, lifetime_s: i64, now_s: i64) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = json!({ "iss": issuer, "exp": now_s.saturating_add(lifetime_s), "nbf": now_s - BEHIND_S });
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length serves");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against `PyJWT`: `jwt.encode({"iss": "ak", "exp": 2800, "nbf": 995}, "sk-secret", algorithm="HS256")`, whose
    /// claims keep another order; hence the parts are compared and the signature is computed over ours.
    #[test]
    fn a_token_says_who_and_until_when() {
        let token = jwt("ak", "sk-secret", 1_800, 1_000);
        let parts: Vec<&str> = token.split('.').collect();
        let read = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).unwrap();
            serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
        };
        assert_eq!(read(parts[0]), json!({ "alg": "HS256", "typ": "JWT" }));
        assert_eq!(read(parts[1]), json!({ "iss": "ak", "exp": 2_800, "nbf": 995 }));
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[2]).unwrap().len(), 32);
        assert!(!token.contains("sk-secret"));
    }
}
