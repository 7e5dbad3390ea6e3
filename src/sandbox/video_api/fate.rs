//! How the next order ends: what a test or the sandbox's panel can ask for.

/// The end of one created job. Asked for ahead of the create call, used up by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// The film is rendered.
    #[default]
    Complete,
    /// Accepted; the job ends as `failed` with `moderation_blocked`.
    Moderation,
    /// Accepted; the job ends as `failed` with `server_error`.
    RenderError,
    /// Accepted; the job ends as `failed` with this code, for codes that no list names.
    FailedWith(&'static str),
    /// Accepted; stays `in_progress` at the same per cent for ever.
    Hang,
    /// Accepted; says a status word for ever that no document knows.
    OddStatus(&'static str),
    /// Accepted; asking for it answers 404, and no list has it.
    Vanish,
    /// Accepted; the first `times` questions about it are answered with 500.
    PollErrors { times: u32 },
    /// Accepted and rendered; the first `times` downloads go wrong.
    Content { fault: ContentFault, times: u32 },
    /// Accepted, but the connection breaks before the answer: nobody is told the id.
    AcceptThenDrop,
    /// Accepted, but no answer ever comes: the caller's time runs out.
    AcceptThenSilence,
    /// Accepted, but a gateway answers 502 instead.
    AcceptThenBadGateway,
    /// Accepted, but what is answered is no JSON.
    AcceptThenGarbage,
    /// Not accepted: the connection breaks.
    Drop,
    /// Not accepted: 500 `server_error`.
    ServerError,
    /// Not accepted: 429 `rate_limit_exceeded`, with `Retry-After` if given (seconds).
    RateLimited { retry_after: Option<u64> },
    /// Not accepted: 400 `billing_hard_limit_reached`.
    BillingLimit,
    /// Not accepted: 429 `insufficient_quota`.
    NoQuota,
    /// Not accepted: 401 `invalid_api_key`.
    BadKey,
    /// Not accepted: 404 `model_not_found`.
    ModelGone,
    /// Not accepted: 400 `content_policy_violation`.
    Refused,
}

/// What goes wrong with a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentFault {
    /// 404, as for a film that was never there.
    NotFound,
    /// 410: it was there and has expired.
    Gone,
    /// 503.
    Unavailable,
    /// 200 and no bytes.
    Empty,
    /// 200, and an HTML page that says it is one.
    WrongType,
    /// 200, the announced length, and the connection breaks half way.
    CutShort,
    /// 200, an honest length, but the film's second half is missing.
    Truncated,
}

impl Fate {
    /// Whether a create call with this fate leaves a job behind.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        !matches!(
            self,
            Self::Drop
                | Self::ServerError
                | Self::RateLimited { .. }
                | Self::BillingLimit
                | Self::NoQuota
                | Self::BadKey
                | Self::ModelGone
                | Self::Refused
        )
    }
}
