//! What engines' codes, phrases and statuses are known to mean, whoever says them. Pure.

use crate::app::port::FailureKind;

/// Codes and the phrases that stand in messages of gateways which drop the code.
const SIGNS: &[(FailureKind, &[&str])] = &[
    (
        FailureKind::Moderation,
        &[
            "moderation_blocked",
            "moderation system",
            "blocked by our moderation",
            "content_policy",
            "content policy",
            "content_filter",
            "safety system",
        ],
    ),
    (
        FailureKind::Billing,
        &[
            "insufficient_quota",
            "insufficient_user_quota",
            "insufficient_balance",
            "insufficient balance",
            "exceeded your current quota",
            "billing_",
            "billing hard limit",
            "_spend_limit",
            "_usage_limit",
        ],
    ),
    (
        FailureKind::Access,
        &[
            "invalid_api_key",
            "account_deactivated",
            "model_not_found",
            "incorrect api key",
            // LiteLLM's, of a key that it does not know and of a model that it does not have: both 400 there
            "no_db_connection",
            "invalid model name",
        ],
    ),
    (FailureKind::Busy, &["rate_limit_exceeded", "too many running tasks"]),
];

/// What a code or a sentence is known to mean.
pub(super) fn known_sign(said: &str) -> Option<FailureKind> {
    let said = said.to_lowercase();
    let meant = |(_, signs): &&(_, &[&str])| signs.iter().any(|sign| said.contains(sign));
    SIGNS.iter().find(meant).map(|(kind, _)| *kind)
}

pub(super) fn kind_of_status(status: u16) -> FailureKind {
    match status {
        402 => FailureKind::Billing,
        // a redirect that was not followed, or no such route: the address of the engine is wrong
        300..=399 | 401 | 403 | 404 | 405 | 407 | 410 | 501 => FailureKind::Access,
        408 | 409 | 499 => FailureKind::Server,
        425 | 429 => FailureKind::Busy,
        400..=498 => FailureKind::BadInput,
        _ => FailureKind::Server,
    }
}
