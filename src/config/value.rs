//! From what was written to what is meant: numbers, addresses, paths, ids. Values in, values out.
//!
//! A refusal says what is expected and, where it can, what to write instead; it repeats nothing that may be private.

use std::{
    fmt::Display,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    str::FromStr,
};

use chrono_tz::{TZ_VARIANTS, Tz};
use ipnet::IpNet;
use toml::de::DeValue;
use tracing_subscriber::filter::Targets;
use url::Url;

use super::mistake::{Mistake, Place, nearest, shown};
use crate::domain::id::UserId;

/// A value as it was written.
#[derive(Debug, PartialEq)]
pub(super) enum Raw {
    Text(String),
    Whole(i64),
    Flag(bool),
    List(Vec<Raw>),
    /// Something that no setting is made of.
    Other(&'static str),
    /// From the environment: text that may mean anything.
    Variable(String),
}

impl Raw {
    /// Fit to be shown to an operator.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Variable(text) => shown(text),
            Self::Whole(number) => number.to_string(),
            Self::Flag(on) => on.to_string(),
            Self::List(items) => format!("[{}]", Vec::from_iter(items.iter().map(Self::shown)).join(", ")),
            Self::Other(kind) => format!("a {kind}"),
        }
    }

    fn text(&self) -> Result<&str, Wrong> {
        match self {
            Self::Text(text) | Self::Variable(text) => Ok(text.trim()),
            _ => Err(Wrong::new("expected text in quotes")),
        }
    }
}

impl From<&DeValue<'_>> for Raw {
    fn from(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix())
                .map_or(Self::Other("number beyond all bounds"), Self::Whole),
            DeValue::Boolean(on) => Self::Flag(*on),
            DeValue::Array(items) => Self::List(items.iter().map(|item| item.get_ref().into()).collect()),
            other => Self::Other(other.type_str()),
        }
    }
}

/// What is wrong with a value, still without its place.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    problem: String,
    help: Option<String>,
}

impl Wrong {
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn mistake(self, place: Place, key: &str) -> Mistake {
        let mistake = Mistake::new(place, key, self.problem);
        Mistake { help: self.help, ..mistake }
    }
}

/// A whole number within bounds.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&Raw) -> Result<T, Wrong>
where
    T: TryFrom<i64> + PartialOrd + Display,
{
    move |raw| {
        let fit = |number: i64| T::try_from(number).ok().filter(|number| range.contains(number));
        let wrong =
            || Wrong::new(format!("expected a whole number from {} to {}", range.start(), range.end()));
        let (text, help) = match raw {
            Raw::Whole(number) => return fit(*number).ok_or_else(wrong),
            Raw::Variable(text) => (text, "write the number alone"),
            Raw::Text(text) => (text, "write the number alone, without quotes"),
            _ => return Err(wrong()),
        };
        if let (Raw::Variable(_), Ok(number)) = (raw, text.parse()) {
            return fit(number).ok_or_else(wrong);
        }
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let meant = digits.parse().ok().and_then(fit);
        Err(meant.map_or_else(wrong, |number| wrong().help(format!("{help}: {number}"))))
    }
}

/// A path; relative ones start at the current folder.
pub(super) fn path(raw: &Raw) -> Result<PathBuf, Wrong> {
    match raw.text()? {
        "" => Err(Wrong::new("expected a path").help("remove the line to have the default")),
        path => Ok(path.into()),
    }
}

/// The http(s) address of a server, without a slash at its end.
pub(super) fn address(raw: &Raw) -> Result<Url, Wrong> {
    let text = raw.text()?;
    let wrong = Wrong::new("expected an address that begins with http:// or https://");
    let mut url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => {
            // Only what is a bare address is repeated: anything else may hold a key.
            let bare =
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:/_".contains(&b));
            let bare =
                bare && !text.contains("//") && text.contains(['.', ':']) && shown(text).contains(text);
            let near = ["localhost", "127.0.0.1"].iter().any(|host| text.starts_with(host));
            let scheme = if near { "http" } else { "https" };
            return Err(if bare { wrong.help(format!("did you mean {scheme}://{text}?")) } else { wrong });
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Wrong::new("expected an address without a name and a password before the @")
            .help("a key goes into a variable of its own"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Wrong::new("expected an address without ? and #"));
    }
    let trimmed = url.path().trim_end_matches('/').to_owned();
    url.set_path(&trimmed);
    Ok(url)
}

/// An address that may be left empty.
pub(super) fn optional<T>(
    parse: impl Fn(&Raw) -> Result<T, Wrong>,
) -> impl Fn(&Raw) -> Result<Option<T>, Wrong> {
    move |raw| {
        if raw.text()?.is_empty() { Ok(None) } else { parse(raw).map(Some) }
    }
}

/// The Bot API's address: without the token, which each call adds itself.
pub(super) fn bot_api(raw: &Raw) -> Result<Url, Wrong> {
    let url = address(raw)?;
    let with_token = |part: &str| part.strip_prefix("bot").is_some_and(|rest| rest.contains(':'));
    if url.path_segments().is_some_and(|mut parts| parts.any(with_token)) {
        return Err(
            Wrong::new("expected an address without /bot<token>").help("the bot adds that part itself")
        );
    }
    Ok(url)
}

/// An address that ends in /v1.
pub(super) fn videos_api(raw: &Raw) -> Result<Url, Wrong> {
    let url = address(raw)?;
    if url.path().ends_with("/v1") {
        return Ok(url);
    }
    let start = match url.as_str().split_once("/v1/") {
        Some((start, _)) => start,
        None => url.as_str().trim_end_matches('/'),
    };
    let wrong = Wrong::new("expected an address that ends in /v1");
    Err(if shown(start).contains(start) { wrong.help(format!("did you mean {start}/v1?")) } else { wrong })
}

/// Where to listen: `127.0.0.1:8080`.
pub(super) fn listen(raw: &Raw) -> Result<SocketAddr, Wrong> {
    let text = raw.text()?;
    text.parse().map_err(|_| {
        let wrong = Wrong::new("expected a numeric address and a port, e.g. 127.0.0.1:8080");
        match text.rsplit_once(':').unwrap_or(("", text)) {
            (host, port) if port.parse::<u16>().is_ok() => {
                let host = if host == "localhost" { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
                wrong.help(format!("did you mean {host}:{port}?"))
            }
            _ => wrong,
        }
    })
}

/// Telegram ids: a list in the file, by comma in a variable. Twice the same is once.
pub(super) fn user_ids(raw: &Raw) -> Result<Vec<UserId>, Wrong> {
    let wrong = || {
        let example = if matches!(raw, Raw::Variable(_)) { "123456789,987654321" } else { "[123456789]" };
        Wrong::new(format!("expected numeric Telegram ids, e.g. {example}"))
            .help("a @name is not an id; @userinfobot tells you yours")
    };
    let ids: Option<Vec<i64>> = match raw {
        Raw::List(items) => {
            items.iter().map(|id| if let Raw::Whole(id) = id { Some(*id) } else { None }).collect()
        }
        Raw::Variable(text) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|id| id.parse().ok()).collect()
        }
        _ => None,
    };
    let mut ids = ids.filter(|ids| ids.iter().all(|id| *id > 0)).ok_or_else(wrong)?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.into_iter().map(UserId).collect())
}

/// On or off.
pub(super) fn switch(raw: &Raw) -> Result<bool, Wrong> {
    match raw {
        Raw::Flag(on) => Ok(*on),
        _ => Err(Wrong::new("expected true or false, without quotes")),
    }
}

/// A phone number as people dial it: `+7 701 123 45 67`.
pub(super) fn phone(raw: &Raw) -> Result<String, Wrong> {
    let text = raw.text()?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+ -()".contains(&b));
    let wrong = || Wrong::new("expected a phone number, e.g. +7 701 123 45 67");
    (plain && (10..=15).contains(&digits)).then(|| text.to_owned()).ok_or_else(wrong)
}

/// Addresses, and networks of them, from which somebody may call.
pub(super) fn networks(raw: &Raw) -> Result<Vec<IpNet>, Wrong> {
    let wrong = || Wrong::new("expected addresses in a list, e.g. [\"194.187.247.152\", \"10.0.0.0/8\"]");
    let Raw::List(items) = raw else { return Err(wrong()) };
    let network = |item: &Raw| {
        let Raw::Text(text) = item else { return None };
        let text = text.trim();
        text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
    };
    items.iter().map(network).collect::<Option<_>>().ok_or_else(wrong)
}

/// The name of a header, in lower case.
pub(super) fn header(raw: &Raw) -> Result<String, Wrong> {
    let text = raw.text()?;
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let wrong = || Wrong::new("expected the name of a header, e.g. x-real-ip");
    (plain && text.len() <= 64).then(|| text.to_ascii_lowercase()).ok_or_else(wrong)
}

/// A name that is shown: at most 64 characters.
pub(super) fn short(raw: &Raw) -> Result<String, Wrong> {
    let text = raw.text()?;
    let wrong = || Wrong::new("expected at most 64 characters on one line");
    (text.chars().count() <= 64 && !text.contains('\n')).then(|| text.to_owned()).ok_or_else(wrong)
}

/// A zone of the IANA database, e.g. `Asia/Almaty`.
pub(super) fn time_zone(raw: &Raw) -> Result<Tz, Wrong> {
    let text = raw.text()?;
    Tz::from_str(text).map_err(|_| {
        let wrong = Wrong::new("expected a time zone, e.g. Asia/Almaty");
        match nearest(text, TZ_VARIANTS.iter().map(|zone| zone.name())) {
            Some(zone) => wrong.help(format!("did you mean {zone}?")),
            None => wrong,
        }
    })
}

/// Levels, by module where one differs.
pub(super) fn log_filter(raw: &Raw) -> Result<Targets, Wrong> {
    let text = raw.text()?;
    match text.parse() {
        Ok(filter) if !text.is_empty() => Ok(filter),
        _ => Err(Wrong::new("expected a log filter, e.g. info or info,sora_bot::engine=debug")),
    }
}

/// One word of a few.
pub(super) fn one_of<T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&Raw) -> Result<T, Wrong> {
    move |raw| {
        let text = raw.text()?;
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let quoted = words.iter().map(|(word, _)| format!("\"{word}\""));
            let wrong = Wrong::new(format!("expected {}", Vec::from_iter(quoted).join(" or ")));
            match nearest(&text.to_ascii_lowercase(), words.iter().map(|(word, _)| *word)) {
                Some(word) => wrong.help(format!("did you mean \"{word}\"?")),
                None => wrong,
            }
        })
    }
}
