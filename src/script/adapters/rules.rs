//! How an adapter proves who we are, what the vendor's errors mean, and how the vendor calls back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::asks::{optional_reader, reader};
use super::{TEXT_LIMIT, address};
use crate::app::port::{Auth, CallbackRule, Credential, FailureKind, FaultRule, Reader, Signature};
use crate::script::fields::{Fields, list, text};
use crate::script::place::field;
use crate::script::problem::{Report, Wrong, nearest};
use crate::script::tree::Node;

/// What an error may mean, in the order in which it is looked for.
const KINDS: &[(&str, FailureKind)] = &[
    ("picture", FailureKind::Picture),
    ("moderation", FailureKind::Moderation),
    ("billing", FailureKind::Billing),
    ("access", FailureKind::Access),
    ("busy", FailureKind::Busy),
    ("bad_input", FailureKind::BadInput),
    ("missing", FailureKind::Missing),
    ("server", FailureKind::Server),
];
const SIGNS_LIMIT: usize = 64;
const SIGNATURES: &[&str] = &["standard", "fal", "hmac"];

/// One way to prove who we are, a list of them, or none.
pub(super) fn auth(fields: &mut Fields<'_>) -> Option<Vec<Auth>> {
    let path = fields.path_of("auth");
    match fields.optional("auth") {
        None => Some(Vec::new()),
        Some(node @ Node::List(_)) => {
            let items = list(node, &path, fields.report())?;
            let ways: Vec<_> =
                items.into_iter().map(|(path, node)| one_auth(node, &path, fields.report())).collect();
            ways.into_iter().collect()
        }
        Some(node) => one_auth(node, &path, fields.report()).map(|way| vec![way]),
    }
}

fn one_auth(node: &Node, path: &str, report: &mut Report) -> Option<Auth> {
    let mut fields = Fields::of(node, path, report)?;
    let header = fields.optional_text("header", 60);
    let scheme = fields.optional_text("scheme", 20);
    let _ = fields.optional("secret");
    let proof = match fields.optional("jwt") {
        None => secret_name(&mut fields, "secret").map(Credential::Secret),
        Some(_) => jwt(&mut fields),
    };
    fields.finish();
    Some(Auth {
        header: header?.unwrap_or("Authorization").to_owned(),
        scheme: scheme?.unwrap_or_default().to_owned(),
        proof: proof?,
    })
}

fn jwt(fields: &mut Fields<'_>) -> Option<Credential> {
    let mut fields = fields.fields("jwt")?;
    let issuer = secret_name(&mut fields, "issuer");
    let secret = secret_name(&mut fields, "secret");
    let lifetime = fields.integer("lifetime_s", 60..=86_400);
    fields.finish();
    let lifetime = Duration::from_secs(u64::try_from(lifetime?).ok()?);
    Some(Credential::Jwt { issuer: issuer?, secret: secret?, lifetime })
}

/// The name of a variable, never a value.
fn secret_name(fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    let written = fields.text(key, TEXT_LIMIT)?;
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    if !written.bytes().all(plain) || !written.starts_with(|c: char| c.is_ascii_uppercase()) {
        // it may be the secret itself, so it is not repeated
        let message = "нужно имя переменной из .env, например \"FAL_KEY\", а не сам ключ";
        fields.wrong(key, Wrong::from(message).expected("ИМЯ_ПЕРЕМЕННОЙ"));
        return None;
    }
    Some(written.to_owned())
}

pub(super) fn faults(fields: &mut Fields<'_>) -> Option<FaultRule> {
    let usual = |paths: &[&str]| Reader::Paths(paths.iter().map(|path| (*path).to_owned()).collect());
    let code = usual(&["error.code", "error.type", "code"]);
    let message = usual(&["error.message", "error", "message", "detail", "detail.1.msg"]);
    if fields.optional("errors").is_none() {
        return Some(FaultRule { ok: None, code, message, signs: Vec::new(), statuses: BTreeMap::new() });
    }
    let mut fields = fields.fields("errors")?;
    let ok = optional_reader(&mut fields, "ok");
    let own_code = optional_reader(&mut fields, "code");
    let own_message = optional_reader(&mut fields, "message");
    let signs: Vec<_> = KINDS.iter().map(|(name, kind)| Some((*kind, signs(&mut fields, name)?))).collect();
    let statuses = statuses(&mut fields);
    fields.finish();
    let signs: Option<Vec<_>> = signs.into_iter().collect();
    Some(FaultRule {
        ok: ok?,
        code: own_code?.unwrap_or(code),
        message: own_message?.unwrap_or(message),
        signs: signs?.into_iter().filter(|(_, signs)| !signs.is_empty()).collect(),
        statuses: statuses?,
    })
}

fn signs(fields: &mut Fields<'_>, key: &'static str) -> Option<Vec<String>> {
    let written = fields.optional_list(key)?;
    if written.len() > SIGNS_LIMIT {
        fields.wrong(key, format!("признаков больше {SIGNS_LIMIT}"));
    }
    let signs: Vec<Option<String>> = written
        .into_iter()
        .map(|(path, node)| text(node, &path, TEXT_LIMIT, fields.report()).map(str::to_lowercase))
        .collect();
    signs.into_iter().collect()
}

fn statuses(fields: &mut Fields<'_>) -> Option<BTreeMap<u16, FailureKind>> {
    let path = fields.path_of("statuses");
    let read: Vec<_> = fields
        .named("statuses")
        .iter()
        .map(|(status, node)| {
            let path = field(&path, status);
            let number = status.parse::<u16>().ok().filter(|number| (300..600).contains(number));
            if number.is_none() {
                let message = format!("нужен код ответа HTTP от 300 до 599: [\"422\"], а не «{status}»");
                fields.report().wrong_name(&path, message);
            }
            let written = text(node, &path, 20, fields.report())?;
            let kind = KINDS.iter().find(|(name, _)| *name == written).map(|(_, kind)| *kind);
            if kind.is_none() {
                let there: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                let meant = nearest(written, there.iter().copied());
                let wrong = Wrong::from(format!("ошибки «{written}» нет; есть {}", there.join(", ")));
                fields.report().wrong(&path, wrong.expected(there.join(", ")).found(written).meant(meant));
            }
            Some((number?, kind?))
        })
        .collect();
    read.into_iter().collect()
}

/// The outer None is a mistake.
pub(super) fn callback(fields: &mut Fields<'_>) -> Option<Option<CallbackRule>> {
    if fields.optional("webhook").is_none() {
        return Some(None);
    }
    let mut fields = fields.fields("webhook")?;
    // which of these are needed depends on the first
    for key in ["secret", "header", "keys_url"] {
        let _ = fields.optional(key);
    }
    let signature = match fields.choice("signature", SIGNATURES) {
        Some("standard") => secret_name(&mut fields, "secret").map(|secret| Signature::Standard { secret }),
        Some("fal") => keys(&mut fields).map(|keys| Signature::Fal { keys }),
        Some(_) => {
            let secret = secret_name(&mut fields, "secret");
            let header = fields.text("header", 60).map(str::to_lowercase);
            let signed = fields.optional_text("signed", 60);
            let signed = signed.map(|signed| signed.unwrap_or("{body}").to_owned());
            match (secret, header, signed) {
                (Some(secret), Some(header), Some(signed)) => {
                    Some(Signature::Hmac { secret, header, signed })
                }
                _ => None,
            }
        }
        None => None,
    };
    let ticket = reader(&mut fields, "ticket");
    fields.finish();
    Some(Some(CallbackRule { signature: signature?, ticket: ticket? }))
}

fn keys(fields: &mut Fields<'_>) -> Option<url::Url> {
    let written = fields.text("keys_url", TEXT_LIMIT)?;
    let url = address(written).filter(|url| url.scheme() == "https");
    if url.is_none() {
        fields.wrong("keys_url", Wrong::needs("нужен", "адрес https://…", format!("\"{written}\"")));
    }
    url
}
