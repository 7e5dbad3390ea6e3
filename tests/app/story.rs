//! A story as the bot hears it: updates that come again after every crash, each handled by the same few lines.

use sora_bot::app::{AppError, Incoming, OrderRefusal};
use sora_bot::domain::id::{DraftId, UpdateId, UserId};

use crate::support::shop::{OTHER, USER};
use crate::support::world::Shop;

/// How a life of the process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything is done and said.
    Quiet,
    Dead,
}

/// Two people, a film each. In each life of the process they tap again: to them it was just slow.
pub fn updates(life: u64) -> Vec<Incoming> {
    let say =
        |id: u64, user: UserId, what: String| Incoming { id: UpdateId(id), json: format!("{user} {what}") };
    let mut heard = vec![say(1, USER, "prompt".into()), say(2, OTHER, "prompt".into())];
    for again in 0..=life {
        heard.push(say(10 + again * 2, USER, "tap 1".into()));
        heard.push(say(11 + again * 2, OTHER, "tap 2".into()));
    }
    heard
}

/// Lives until all is quiet, or until the process dies.
pub async fn live(shop: &Shop, updates: Vec<Incoming>) -> End {
    let death = shop.world.fate.death();
    let story = async {
        hear(shop, updates).await?;
        shop.until_quiet().await;
        Ok::<_, AppError>(())
    };
    tokio::select! {
        biased;
        () = death.cancelled() => End::Dead,
        lived = story => if lived.is_ok() { End::Quiet } else { End::Dead },
    }
}

async fn hear(shop: &Shop, updates: Vec<Incoming>) -> Result<(), AppError> {
    shop.app.accept(updates).await?;
    for update in shop.app.unhandled(None, 100)? {
        handle(shop, &update).await?;
    }
    Ok(())
}

async fn handle(shop: &Shop, update: &Incoming) -> Result<(), AppError> {
    let (user, what) = update.json.split_once(' ').unwrap();
    let user = UserId(user.parse().unwrap());
    shop.try_meet(user).await?;
    if let Some(draft) = what.strip_prefix("tap ") {
        match shop.tap(user, DraftId(draft.parse().unwrap()), update.id.0).await {
            Ok(_) | Err(OrderRefusal::AlreadyPlaced(_)) => {}
            Err(OrderRefusal::Failed(error)) => return Err(error),
            Err(refusal) => panic!("{refusal}"),
        }
    } else {
        shop.app.begin_draft(update.id, user, format!("prompt {}", update.id)).await?;
    }
    shop.app.handled(update.id).await
}
