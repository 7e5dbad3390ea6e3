//! Who sent a webhook: an HMAC over the moment and the bytes just as they came, compared in a time that tells nothing.
//! (docs.stripe.com/webhooks: `t=…,v1=…`, several `v1` while a secret is replaced, other schemes to be ignored.)

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Seconds that a signature is good for, in both directions. What Stripe's own libraries allow for the past.
const TOLERANCE_S: i64 = 300;
/// A header has one for each secret that is being replaced; nobody sends more.
const SIGNATURES: usize = 16;

/// Says nothing but yes or no: whoever forges learns no reason.
pub fn check(secrets: &[SecretString], header: &str, body: &[u8], now_s: i64) -> Option<()> {
    let mut at = None;
    let mut given = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", moment) if at.is_none() => at = Some(moment.parse::<i64>().ok()?),
            ("t", _) => return None,
            ("v1", signature) if given.len() < SIGNATURES => {
                // Anything else of it is no signature, and may stand beside one that is.
                given.extend(hex::decode(signature).ok());
            }
            _ => {}
        }
    }
    let at = at?;
    if now_s.checked_sub(at)?.checked_abs()? > TOLERANCE_S {
        return None;
    }
    let signed = |secret: &SecretString| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            .expect("a key of any length is a key");
        mac.update(at.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        given.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
    };
    // All of them, so that it does not show which one fits.
    let fits = secrets.iter().map(signed).fold(false, |any, fits| any | fits);
    fits.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    const NOW: i64 = 1_800_000_000;
    const BODY: &[u8] = b"{\"id\":\"evt_1\"}";

    fn secrets(names: &[&str]) -> Vec<SecretString> {
        names.iter().map(|name| SecretString::from(*name)).collect()
    }

    fn signed(names: &[&str], at: i64) -> String {
        let signature = |name: &&str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(name.as_bytes()).unwrap();
            mac.update(&[at.to_string().as_bytes(), b".", BODY].concat());
            format!(",v1={}", hex::encode(mac.finalize().into_bytes()))
        };
        format!("t={at}{}", names.iter().map(signature).collect::<String>())
    }

    fn holds(known: &[&str], header: &str, body: &[u8]) -> bool {
        check(&secrets(known), header, body, NOW).is_some()
    }

    #[test]
    fn either_secret_is_good_while_one_replaces_the_other() {
        for (known, signers, good) in [
            (vec!["a"], vec!["a"], true),
            (vec!["a"], vec!["b"], false),
            (vec!["old", "new"], vec!["old"], true),
            (vec!["old", "new"], vec!["new"], true),
            (vec!["new"], vec!["old", "new"], true),
            (vec![], vec!["a"], false),
            (vec![], vec![""], false),
        ] {
            assert_eq!(holds(&known, &signed(&signers, NOW), BODY), good, "{known:?} {signers:?}");
        }
    }

    #[test]
    fn a_signature_is_good_for_five_minutes() {
        for (at, good) in [
            (NOW, true),
            (NOW - 300, true),
            (NOW - 301, false),
            (NOW + 300, true),
            (NOW + 301, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            assert_eq!(holds(&["a"], &signed(&["a"], at), BODY), good, "{at}");
        }
    }

    #[test]
    fn a_byte_that_was_changed_is_noticed_wherever_it_stands() {
        let header = signed(&["a"], NOW);
        for place in 0..BODY.len() {
            let mut body = BODY.to_vec();
            body[place] ^= 1;
            assert!(!holds(&["a"], &header, &body), "{place}");
        }
        for place in 0..header.len() {
            let mut bytes = header.clone().into_bytes();
            bytes[place] ^= 1;
            let changed = String::from_utf8(bytes).unwrap();
            // A hexadecimal digit is the same in capitals, and no bit of this kind makes one of another.
            assert!(!holds(&["a"], &changed, BODY), "{changed}");
        }
    }

    #[test]
    fn headers_that_make_no_sense_are_no_signatures() {
        let good = signed(&["a"], NOW);
        let v1 = good.split_once(",v1=").unwrap().1;
        for header in [
            String::new(),
            format!("v1={v1}"),
            format!("t={NOW}"),
            format!("t={NOW},v0={v1}"),
            format!("t={NOW},v1="),
            format!("t={NOW},v1={v1}00"),
            format!("t={NOW},v1={}", &v1[..62]),
            format!("t={NOW},t={NOW},v1={v1}"),
            format!("t={NOW};v1={v1}"),
            format!("t={NOW},{}v1={v1}", "v1=00,".repeat(100)),
        ] {
            assert!(!holds(&["a"], &header, BODY), "{header}");
        }
        for header in
            [format!("t={NOW}, v1={v1}"), format!("v1={v1},t={NOW}"), format!("t={NOW},v1=zz,v1={v1},v9=x")]
        {
            assert!(holds(&["a"], &header, BODY), "{header}");
        }
    }

    #[test]
    fn no_change_of_a_header_makes_it_panic() {
        let header = signed(&["a"], NOW);
        let right = header.split_once("v1=").unwrap().1.to_owned();
        let corpus = [header.clone(), signed(&["b", "a"], NOW), format!("{header},v0=00")];
        let corpus = corpus.map(String::into_bytes);
        crate::domain::fuzzing::nearly_right("Stripe's signature", &corpus, |bytes| {
            let header = String::from_utf8_lossy(bytes);
            let taken = holds(&["a"], &header, BODY);
            assert!(!taken || header.to_lowercase().contains(&right), "it was never signed: {header}");
            taken
        });
    }
}
