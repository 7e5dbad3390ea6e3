//! A person as the bot knows him: by number, with names that may change, be absent, or pass on to somebody else.

use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::time::Timestamp;

/// What Telegram says of a person with each update.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub first_name: String,
    /// Without the `@`; compared without regard to case.
    pub username: Option<String>,
    /// IETF tag of the client's language, such as `ru`.
    pub language: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub profile: Profile,
    pub since: Timestamp,
}

/// A username in the one form in which it is compared: no `@`, lower case. None if it cannot be a username.
pub fn normalise_username(written: &str) -> Option<String> {
    let name = written.trim().trim_start_matches('@').to_lowercase();
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && (1..=32).contains(&name.len())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_compared_without_its_sign_and_case() {
        for (written, expected) in [
            ("@Aigerim", Some("aigerim")),
            (" aiGERIM ", Some("aigerim")),
            ("with space", None),
            ("", None),
            ("@", None),
            ("имя", None),
        ] {
            assert_eq!(normalise_username(written).as_deref(), expected, "{written:?}");
        }
    }
}
