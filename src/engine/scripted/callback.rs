//! Whether a message that claims to come from a vendor does. Each kind of signature covers the body and a moment; what is older
//! than five minutes is a repetition.

use std::sync::Mutex;
use std::sync::PoisonError;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::{ED25519, UnparsedPublicKey};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::Surroundings;
use super::http::Http;
use crate::app::port::{Adapter, Callback, CallbackRefusal, Reader, Signature};
use crate::domain::time::Timestamp;

/// How far a vendor's clock may be from ours, and how old a message may be. Standard Webhooks and fal both say so.
const LEEWAY_S: i64 = 300;
/// fal asks not to keep its keys longer than a day.
const KEYS_FOR_S: i64 = 24 * 60 * 60;
/// A stranger who sends rubbish must not make us ask for keys all the time.
const KEYS_PAUSE_S: i64 = 60;

pub(super) struct Hearing {
    ticket: Reader,
    proof: Proof,
}

enum Proof {
    Standard(SecretString),
    Hmac { secret: SecretString, header: String, signed: String },
    Fal { url: Url, keys: Mutex<Keys> },
}

#[derive(Default)]
struct Keys {
    fetched_s: i64,
    keys: Vec<Vec<u8>>,
}

impl Hearing {
    /// None where the vendor does not call, or the secret that proves it is not set.
    pub fn of(adapter: &Adapter, around: &Surroundings) -> Option<Self> {
        let rule = adapter.callback.as_ref()?;
        let secret = |name: &str| around.keys.secret(name);
        let proof = match &rule.signature {
            Signature::Standard { secret: name } => Proof::Standard(secret(name)?),
            Signature::Hmac { secret: name, header, signed } => {
                Proof::Hmac { secret: secret(name)?, header: header.clone(), signed: signed.clone() }
            }
            Signature::Fal { keys } => Proof::Fal { url: keys.clone(), keys: Mutex::default() },
        };
        Some(Self { ticket: rule.ticket.clone(), proof })
    }

    pub fn ticket(&self) -> &Reader {
        &self.ticket
    }

    /// # Errors
    /// When it is not the vendor who calls.
    pub async fn check(&self, call: &Callback<'_>, http: &Http) -> Result<(), CallbackRefusal> {
        let right = match &self.proof {
            Proof::Standard(secret) => standard(call, secret.expose_secret()),
            Proof::Hmac { secret, header, signed } => {
                plain_hmac(call, secret.expose_secret(), header, signed)
            }
            Proof::Fal { url, keys } => {
                let keys = current_keys(url, keys, call.now, http).await;
                fal(call, &keys)
            }
        };
        right.ok_or(CallbackRefusal::Signature)
    }
}

fn header<'c>(call: &Callback<'c>, name: &str) -> Option<&'c str> {
    call.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn is_fresh(said: &str, now: Timestamp) -> bool {
    said.parse::<i64>().is_ok_and(|at| at.abs_diff(now.seconds()) <= LEEWAY_S.unsigned_abs())
}

fn mac(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length serves");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

/// standardwebhooks.com: `{id}.{moment}.{body}`, one of several signatures `v1,base64`.
fn standard(call: &Callback<'_>, secret: &str) -> Option<()> {
    let (id, at) = (header(call, "webhook-id")?, header(call, "webhook-timestamp")?);
    let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
    let mac = mac(&secret, &[id.as_bytes(), b".", at.as_bytes(), b".", call.body]);
    let mut given = header(call, "webhook-signature")?.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let right =
        given.any(|one| STANDARD.decode(one).is_ok_and(|bytes| mac.clone().verify_slice(&bytes).is_ok()));
    (is_fresh(at, call.now) && right).then_some(())
}

/// A signature in hex or base64, alone, after `sha256=`, or as `t=moment,v1=signature`.
fn plain_hmac(call: &Callback<'_>, secret: &str, name: &str, signed: &str) -> Option<()> {
    let said = header(call, name)?;
    let part = |key: &str| said.split(',').find_map(|part| part.trim().strip_prefix(key)?.strip_prefix('='));
    let (at, given) = (part("t"), part("v1").or_else(|| part("sha256")).unwrap_or(said));
    // a signature over a moment is worth nothing without it
    if signed.contains("{t}") && !at.is_some_and(|at| is_fresh(at, call.now)) {
        return None;
    }
    let signed = signed.replace("{t}", at.unwrap_or_default());
    let (before, behind) = signed.split_once("{body}")?;
    let mac = mac(secret.as_bytes(), &[before.as_bytes(), call.body, behind.as_bytes()]);
    let given = hex::decode(given).ok().or_else(|| STANDARD.decode(given).ok())?;
    mac.verify_slice(&given).ok()
}

/// ED25519 over `request id\nuser id\nmoment\nhex of the body's SHA-256`, by any of the published keys.
fn fal(call: &Callback<'_>, keys: &[Vec<u8>]) -> Option<()> {
    let named = |name: &str| header(call, &format!("x-fal-webhook-{name}"));
    let (request, user, at) = (named("request-id")?, named("user-id")?, named("timestamp")?);
    let given = hex::decode(named("signature")?).ok()?;
    let signed = format!("{request}\n{user}\n{at}\n{}", hex::encode(Sha256::digest(call.body)));
    let right =
        |key: &Vec<u8>| UnparsedPublicKey::new(&ED25519, key).verify(signed.as_bytes(), &given).is_ok();
    (is_fresh(at, call.now) && keys.iter().any(right)).then_some(())
}

/// Those that are known, asked for anew when they are old.
async fn current_keys(url: &Url, known: &Mutex<Keys>, now: Timestamp, http: &Http) -> Vec<Vec<u8>> {
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    {
        let mut keys = lock();
        let age = now.seconds() - keys.fetched_s;
        if (!keys.keys.is_empty() && age < KEYS_FOR_S) || (keys.keys.is_empty() && age < KEYS_PAUSE_S) {
            return keys.keys.clone();
        }
        // others who come meanwhile use what there is
        keys.fetched_s = now.seconds();
    }
    match http.public(url).await {
        Ok(body) => {
            let read = published(&body);
            if !read.is_empty() {
                lock().keys = read;
            }
        }
        Err(failure) => tracing::warn!(%failure, "the keys for callbacks did not come"),
    }
    lock().keys.clone()
}

/// The public keys of a JSON Web Key Set (RFC 7517, RFC 8037).
fn published(body: &[u8]) -> Vec<Vec<u8>> {
    let set: Value = serde_json::from_slice(body).unwrap_or_default();
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|key| URL_SAFE_NO_PAD.decode(key["x"].as_str()?.trim_end_matches('=')).ok()).collect()
}

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    const AT: &str = "1700000000";
    const OLD: &str = "1699999000";

    fn call<'c>(headers: &'c [(String, String)], body: &'c [u8]) -> Callback<'c> {
        Callback { headers, body, now: NOW }
    }

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The secret and the way to sign are those of the vectors of the Standard Webhooks libraries.
    #[test]
    fn a_standard_webhook_is_right_only_whole_and_fresh() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        // published vector: timestamp 1614265330
        let at = "1614265330";
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let signed =
            headers(&[("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", signature)]);
        let then = Timestamp::from_seconds(1_614_265_330);
        let heard = |now, body: &[u8]| standard(&Callback { headers: &signed, body, now }, secret).is_some();
        assert!(heard(then, body));
        assert!(!heard(then, br#"{"test": 2432232315}"#));
        assert!(!heard(Timestamp::from_seconds(1_614_265_330 + 301), body));
        let several = format!("v1,AAAA {signature} v2,x");
        let signed =
            headers(&[("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", &several)]);
        assert!(standard(&Callback { headers: &signed, body, now: then }, secret).is_some());
    }

    #[test]
    fn an_hmac_is_read_in_every_form() {
        let body = b"{\"id\":1}";
        let sign = |text: &[u8]| mac(b"secret", &[text]).finalize().into_bytes();
        let with_moment = |at: &str| {
            let signed = [at.as_bytes(), b",", body].concat();
            format!("t={at},v1={}", hex::encode(sign(&signed)))
        };
        for (said, signed, expected) in [
            (hex::encode(sign(body)), "{body}", true),
            (STANDARD.encode(sign(body)), "{body}", true),
            (format!("sha256={}", hex::encode(sign(body))), "{body}", true),
            (with_moment(AT), "{t},{body}", true),
            (with_moment(OLD), "{t},{body}", false),
            (hex::encode(sign(body)), "{t},{body}", false),
            (hex::encode(sign(b"other")), "{body}", false),
            ("nonsense".to_owned(), "{body}", false),
            (String::new(), "{body}", false),
        ] {
            let sent = headers(&[("x-signature", &said)]);
            let right = plain_hmac(&call(&sent, body), "secret", "x-signature", signed).is_some();
            assert_eq!(right, expected, "{said} {signed}");
        }
    }

    #[test]
    fn fals_signature_is_checked_with_its_published_keys() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let set =
            format!(r#"{{"keys":[{{"x":"AAAA"}},{{"x":"{}"}}]}}"#, URL_SAFE_NO_PAD.encode(pair.public_key()));
        let keys = published(set.as_bytes());
        assert_eq!(keys.len(), 2);
        let body = br#"{"request_id":"r1","status":"OK"}"#;
        let heard = |at: &str, body: &[u8]| {
            let hash = hex::encode(Sha256::digest(br#"{"request_id":"r1","status":"OK"}"#));
            let signature = hex::encode(pair.sign(format!("r1\nu1\n{at}\n{hash}").as_bytes()));
            let sent = headers(&[
                ("x-fal-webhook-request-id", "r1"),
                ("x-fal-webhook-user-id", "u1"),
                ("x-fal-webhook-timestamp", at),
                ("x-fal-webhook-signature", &signature),
            ]);
            fal(&call(&sent, body), &keys).is_some()
        };
        assert!(heard(AT, body));
        assert!(!heard(OLD, body));
        assert!(!heard(AT, br#"{"request_id":"r2","status":"OK"}"#));
        assert!(fal(&call(&[], body), &keys).is_none());
    }

    #[test]
    fn no_change_of_the_published_keys_makes_it_panic() {
        let set =
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        crate::domain::fuzzing::nearly_right("published keys", &[set.into()], |bytes| {
            !published(bytes).is_empty()
        });
    }

    #[test]
    fn no_change_of_a_signature_makes_it_panic() {
        let body = b"{\"id\":1}";
        let sign = |text: &[u8]| mac(b"secret", &[text]).finalize().into_bytes();
        let moment = [AT.as_bytes(), b",", &body[..]].concat();
        let whole = [&b"msg_1."[..], AT.as_bytes(), b".", &body[..]].concat();
        let corpus = [
            format!("t={AT},v1={}", hex::encode(sign(&moment))),
            format!("v1,{}", STANDARD.encode(sign(&whole))),
        ];
        let corpus = corpus.map(String::into_bytes);
        crate::domain::fuzzing::nearly_right("signature of a callback", &corpus, |bytes| {
            let said = String::from_utf8_lossy(bytes);
            let sent = headers(&[
                ("webhook-id", "msg_1"),
                ("webhook-timestamp", AT),
                ("webhook-signature", &said),
                ("x-fal-webhook-signature", &said),
            ]);
            let secret = STANDARD.encode("secret");
            let right = plain_hmac(&call(&sent, body), "secret", "webhook-signature", "{t},{body}").is_some()
                || standard(&call(&sent, body), &secret).is_some();
            let signed = said.to_lowercase().contains(&hex::encode(sign(&moment)))
                || said.contains(&STANDARD.encode(sign(&whole)));
            assert!(!right || signed, "it was never signed: {said}");
            assert!(fal(&call(&sent, body), &[vec![7; 32]]).is_none());
            right
        });
    }
}
