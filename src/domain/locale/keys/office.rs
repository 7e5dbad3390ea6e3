//! What admins read of how the shop is doing: figures, their picture, the daily word, and the way to the operator's page.

macro_rules! office {
    ([$($before:tt)*] $($after:ident)*) => { joined! { [$($before)*
    CommandStats = "command_stats" [],
    CommandPanel = "command_panel" [],
    StatsUsage = "stats_usage" [],
    /// The head of the picture and of what stands below it.
    StatsTitle = "stats_title" ["period"],
    Stats = "stats" ["received", "sold", "topped_up", "given", "films", "captured", "cost", "profit",
        "percent", "orders", "failed", "cancelled", "refunded", "active", "newcomers", "conversion", "users"],
    /// Stand below the figures of days on which orders failed.
    StatsFailure = "stats_failure" ["reason", "count"],
    /// Yesterday, told in the morning.
    Digest = "digest" ["date", "stats"],
    // On the picture: plain words.
    StatsReceived = "stats_received" [],
    StatsFilms = "stats_films" [],
    StatsProfit = "stats_profit" [],
    StatsFailed = "stats_failed" [],
    StatsActive = "stats_active" [],
    StatsNewcomers = "stats_newcomers" [],
    StatsByDay = "stats_by_day" [],
    StatsCaptured = "stats_captured" [],
    StatsByModel = "stats_by_model" [],
    StatsModel = "stats_model" ["films", "captured"],
    StatsWhy = "stats_why" [],
    FailedModeration = "failed_moderation" [],
    FailedBadInput = "failed_bad_input" [],
    FailedEngine = "failed_engine" [],
    FailedEngineClosed = "failed_engine_closed" [],
    FailedTimedOut = "failed_timed_out" [],
    FailedFilmLost = "failed_film_lost" [],
    FailedTooLarge = "failed_too_large" [],
    FailedUnknown = "failed_unknown" [],
    FailedSourceGone = "failed_source_gone" [], FailedOwner = "failed_owner" [],
    FailedPicture = "failed_picture" [],
    // The operator's page.
    PanelLink = "panel_link" ["minutes", "link"],
    ButtonPanel = "button_panel" [],
    PanelOff = "panel_off" [],
    ] $($after)* } };
}
