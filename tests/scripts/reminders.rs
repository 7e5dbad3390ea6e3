//! What the owners are told by themselves: thin margins and an old exchange rate, each once.

use std::sync::Arc;

use sora_bot::app::housekeeping;
use sora_bot::domain::notice::Alert;
use tokio_util::sync::CancellationToken;

use super::desk::{BY, Desk, PARTNER, PRICING, Running, pricing};
use crate::support::shop::ADMIN;

/// The shipped prices, with a warning for margins that the shipped ones do not reach.
fn warned(level: &str) -> String {
    pricing("1.5").replace("margin_warning_percent = 15", &format!("margin_warning_percent = {level}"))
}

/// One round of it.
async fn tidied(bot: Running) {
    let stop = CancellationToken::new();
    stop.cancel();
    housekeeping::run(Arc::new(bot.app), stop).await;
}

#[tokio::test]
async fn warnings_are_told_at_the_first_start_and_at_no_other() {
    let desk = Desk::new();
    desk.write(PRICING, &warned("25"));
    let bot = desk.start().await;
    let told = desk.told().await;
    let admins: Vec<_> = told.iter().map(|(admin, _)| *admin).collect();
    assert_eq!(admins, [ADMIN, PARTNER]);
    let Alert::ScriptWarnings { warnings } = &told[0].1 else { panic!("{told:?}") };
    assert!(warnings[0].contains("margin_warning_percent = 25,00 %"), "{warnings:?}");
    drop(bot);
    let bot = desk.start().await;
    assert_eq!(desk.told().await, []);

    // A save tells the new ones among its changes; the next start has nothing to add.
    desk.write(PRICING, &warned("26"));
    bot.look().await;
    let told = desk.told().await;
    assert!(
        matches!(&told[0].1, Alert::ScriptsLoaded { changes, .. } if changes.iter().any(|line| line.starts_with("⚠️"))),
        "{told:?}"
    );
    desk.start().await;
    assert_eq!(desk.told().await, []);
    desk.verified();
}

#[tokio::test]
async fn an_old_rate_is_told_once_in_thirty_days_and_no_more_when_it_is_new() {
    let desk = Desk::new();
    // The clock stands at 2027-01-15, the shipped rate is of 2026-11-22.
    tidied(desk.start().await).await;
    let told = desk.told().await;
    assert!(matches!(&told[..], [(ADMIN, Alert::RateOld { days: 54, .. }), (PARTNER, _)]), "{told:?}");
    tidied(desk.start().await).await;
    assert_eq!(desk.told().await, []);
    // Had more time gone by, it would be told again.
    desk.write(PRICING, &pricing("1.5").replace("2026-11-22", "2026-10-22"));
    let bot = desk.start().await;
    desk.told().await;
    tidied(bot).await;
    assert!(matches!(&desk.told().await[..], [(_, Alert::RateOld { days: 85, .. }), _]));
    let bot = desk.start().await;
    let rate = bot.app.set_rate(BY, 54_000).await.unwrap();
    bot.app.apply(None, BY, rate.id).await.unwrap();
    desk.told().await;
    tidied(bot).await;
    assert_eq!(desk.told().await, []);
    desk.verified();
}
