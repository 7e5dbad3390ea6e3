//! The page itself, compiled in: no build step, nothing from elsewhere.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::Problem;

/// The page may load and call only this server; pictures it makes itself are blobs.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
    style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

pub(super) async fn index() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(include_str!("assets/index.html")))
}

pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let found = ASSETS.iter().find(|(known, _)| *known == name);
    let (_, text) =
        found.ok_or_else(|| Problem(StatusCode::NOT_FOUND, "there is no such file".to_owned()))?;
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], *text).into_response())
}

/// Pairs each name with the text of the file in `assets/`.
macro_rules! compiled_in {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("assets/", $name)))),*] };
}

const ASSETS: &[(&str, &str)] = compiled_in![
    "api.js",
    "attach.js",
    "bubble.js",
    "chat.css",
    "chat.js",
    "composer.js",
    "dom.js",
    "entities.js",
    "icon.svg",
    "messages.js",
    "panel.css",
    "panel.js",
    "pattern.svg",
    "personas.js",
    "scroll.js",
    "theme.css",
    "words.js",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_the_page_names_is_compiled_in() {
        let sources = ASSETS.iter().map(|(_, text)| *text).chain([include_str!("assets/index.html")]);
        let mut named = Vec::new();
        for source in sources {
            named.extend(source.split("/assets/").skip(1).filter_map(asset_name));
            named.extend(source.split("from './").skip(1).filter_map(asset_name));
        }
        assert!(named.contains(&"chat.js"));
        let missing: Vec<_> =
            named.iter().filter(|name| ASSETS.iter().all(|(known, _)| known != *name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    /// The file name at the start of a stretch of source.
    fn asset_name(rest: &str) -> Option<&str> {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || c == '-'))?;
        Some(&rest[..end])
    }
}
