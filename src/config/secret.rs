//! Secrets: which variables hold one, and the forms that two of them must have.
//!
//! A secret is held in a type that prints nothing of itself, and is never put into a mistake.

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::value::Wrong;

/// Variables that hold a secret. Their values are never shown, and none of them may stand in config.toml.
pub(super) const NAMES: [&str; 9] = [
    "TELEGRAM_BOT_TOKEN",
    "OPENAI_API_KEY",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "KASPI_BANK_SECRET",
    "KASPI_GATEWAY_KEY",
    "KASPI_GATEWAY_WEBHOOK_SECRET",
    "METRICS_TOKEN",
    "DATA_KEY",
];

/// The 32 bytes that wrap every user's own key.
pub struct DataKey(SecretBox<[u8; 32]>);

impl DataKey {
    /// 64 hex digits, or base64 (either alphabet, padded or not) of 32 bytes. Anything else is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let base64 = |alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok();
        let bytes = match text.len() {
            64 => hex::decode(text).ok(),
            _ => base64(&alphabet::STANDARD).or_else(|| base64(&alphabet::URL_SAFE)),
        };
        Some(Self(SecretBox::new(Box::new(bytes?.try_into().ok()?))))
    }

    /// The bytes themselves, for the cipher only.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl Clone for DataKey {
    fn clone(&self) -> Self {
        Self(SecretBox::new(Box::new(*self.expose())))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey([REDACTED])")
    }
}

/// The variable that a key of config.toml stands for, if the key names a secret; empty if it names one unknown to us.
pub(super) fn named_by(path: &str) -> Option<&'static str> {
    let (section, last) = path.rsplit_once('.').unwrap_or(("", path));
    let last = last.to_ascii_uppercase();
    let secretive = ["TOKEN", "SECRET", "PASSWORD"].iter().any(|word| last.contains(word))
        || last.split('_').any(|word| word == "KEY");
    if !secretive {
        return None;
    }
    let whole = format!("{}_{last}", section.to_ascii_uppercase());
    let exact = NAMES.iter().find(|name| **name == last || **name == whole);
    let unique = || {
        let mut ending = NAMES.iter().filter(|name| name.ends_with(&format!("_{last}")));
        ending.next().filter(|_| ending.next().is_none())
    };
    let guess = || super::mistake::nearest(&whole, NAMES);
    Some(exact.or_else(unique).copied().or_else(guess).unwrap_or(""))
}

/// Digits, a colon and a key. The key's length is left open: other Bot API servers make their own.
pub(super) fn bot_token(value: &SecretString) -> Result<SecretString, Wrong> {
    let (id, key) = value.expose_secret().split_once(':').unwrap_or_default();
    let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    let safe = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if digits && safe {
        return Ok(value.clone());
    }
    Err(Wrong::new("expected a bot token: digits, a colon, then letters, digits, - and _")
        .help("copy it whole from @BotFather, without quotes and without the word bot"))
}

/// Any key or password that fits an HTTP header.
pub(super) fn any_key(value: &SecretString) -> Result<SecretString, Wrong> {
    let text = value.expose_secret();
    if text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\'') {
        return Ok(value.clone());
    }
    Err(Wrong::new("expected a key without spaces, quotes and letters beyond ASCII"))
}

/// A secret or a restricted key of Stripe.
pub(super) fn stripe_key(value: &SecretString) -> Result<SecretString, Wrong> {
    if value.expose_secret().starts_with("pk_") {
        return Err(Wrong::new("expected a secret key, sk_… or rk_…; this is the publishable one, pk_…"));
    }
    any_key(value)
}

/// The secret of a webhook, or two by comma while one replaces the other.
pub(super) fn webhook_secrets(value: &SecretString) -> Result<Vec<SecretString>, Wrong> {
    any_key(value)?;
    let secrets: Vec<&str> = value.expose_secret().split(',').filter(|secret| !secret.is_empty()).collect();
    if !(1..=2).contains(&secrets.len()) {
        return Err(Wrong::new(
            "expected one secret, or the old and the new one by comma while you replace it",
        ));
    }
    if let Some(other) = secrets.iter().find(|secret| !secret.starts_with("whsec_")) {
        let what = if other.starts_with("sk_") || other.starts_with("rk_") {
            "; this is a key of the API"
        } else {
            ""
        };
        return Err(Wrong::new(format!("expected a webhook's signing secret, whsec_…{what}"))
            .help("Stripe's dashboard → Developers → Webhooks → your endpoint → Signing secret"));
    }
    Ok(secrets.into_iter().map(SecretString::from).collect())
}

pub(super) fn data_key(value: &SecretString) -> Result<DataKey, Wrong> {
    DataKey::parse(value.expose_secret()).ok_or_else(|| {
        Wrong::new("expected 64 hex digits, or base64 of 32 bytes").help("make one: openssl rand -hex 32")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_key_is_hex_or_base64_of_32_bytes() {
        let hex = "ab".repeat(32);
        let padded = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";
        let high = "_".repeat(42) + "8";
        for good in [hex.as_str(), &hex.to_uppercase(), padded, padded.trim_end_matches('=')] {
            assert_eq!(DataKey::parse(good).unwrap().expose(), &[0xab; 32], "{good}");
        }
        assert_eq!(DataKey::parse(&high).unwrap().expose(), &[0xff; 32]);
        for bad in ["", "secret", &hex[..62], &"zz".repeat(32), &padded[4..]] {
            assert!(DataKey::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{:?}", DataKey::parse(&hex).unwrap().clone()), "DataKey([REDACTED])");
    }

    #[test]
    fn a_key_of_the_file_that_names_a_secret_is_told_its_variable() {
        for (path, variable) in [
            ("openai_api_key", Some("OPENAI_API_KEY")),
            ("telegram.TELEGRAM_BOT_TOKEN", Some("TELEGRAM_BOT_TOKEN")),
            ("telegram.bot_token", Some("TELEGRAM_BOT_TOKEN")),
            ("telegram.token", Some("TELEGRAM_BOT_TOKEN")),
            ("engine.api_key", Some("OPENAI_API_KEY")),
            ("stripe.webhook_secret", Some("STRIPE_WEBHOOK_SECRET")),
            ("zzz.qq_password", Some("")),
            ("locale.keyboard", None),
            ("worker.max_jobs", None),
        ] {
            assert_eq!(named_by(path), variable, "{path}");
        }
    }

    #[test]
    fn each_secret_has_the_form_of_its_kind() {
        let token = |text: &str| bot_token(&text.into()).is_ok();
        for good in ["42:TEST", "123456789:AAE-x_9"] {
            assert!(token(good), "{good}");
        }
        for bad in ["", "token", ":x", "12:", "bot12:x", "12:a b", "\"12:x\"", "12:x/../y"] {
            assert!(!token(bad), "{bad}");
        }
        for (key, good) in [("sk_test_1", true), ("rk_live_1", true), ("pk_test_1", false), ("'sk_1'", false)]
        {
            assert_eq!(stripe_key(&key.into()).is_ok(), good, "{key}");
        }
        for (written, secrets) in [
            ("whsec_1", Some(1)),
            ("whsec_old,whsec_new", Some(2)),
            ("whsec_1,", Some(1)),
            (",", None),
            ("whsec_1,whsec_2,whsec_3", None),
            ("whsec_1,sk_test_1", None),
            ("secret", None),
        ] {
            assert_eq!(
                webhook_secrets(&written.into()).ok().map(|secrets| secrets.len()),
                secrets,
                "{written}"
            );
        }
        for (key, good) in [("sk-or-v1=/+", true), ("a b", false), ("\"a\"", false), ("ключ", false)] {
            assert_eq!(any_key(&key.into()).is_ok(), good, "{key}");
        }
    }
}
