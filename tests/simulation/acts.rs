//! What the bot makes of a letter: the use cases that its conversation calls, without the words. Whoever wrote learns what came
//! of it only if the answer reaches him.

use sora_bot::app::{
    App, AppError, BuyRefusal, Buying, By, CancelRefusal, CheckoutWords, EraseRefusal, Giving, Handout,
    HandoutRefusal, Incoming, OrderRefusal, ResendRefusal, ScriptRefusal, Whom,
};
use sora_bot::domain::catalog::Orientation;
use sora_bot::domain::id::{DraftId, MessageRef, ModelId, UpdateId, UserId};
use sora_bot::domain::money::{Tiyn, Tokens};
use sora_bot::domain::purchase::Evidence;
use sora_bot::domain::rail::Way;
use sora_bot::store::{ConfirmRefusal, Resolution};

use super::mail::{Letter, Said};
use super::people::{Ack, Card};
use super::scripts::FILE;
use super::world::{ADMINS, World};
use crate::support::shop::profile;

type Done = Result<(), AppError>;

/// Handles one letter to its end.
///
/// # Errors
/// When the store has stopped: then it is handled again in the next life.
pub async fn handle(world: &World, app: &App, update: &Incoming) -> Done {
    let Letter { from, said } = serde_json::from_str(&update.json).unwrap();
    if said != Said::Forget {
        app.meet(from, &profile(&format!("user{from}"))).await?;
    }
    let cause = update.id;
    match said {
        Said::Start => {}
        Said::Prompt(prompt) => prompted(world, app, cause, from, prompt).await?,
        Said::Create { draft, model, agreed } => {
            create(world, app, cause, from, (draft, model, agreed)).await?
        }
        Said::Cancel(job) => match app.cancel(&app.scripts.current(), cause, from, job).await {
            Err(CancelRefusal::Failed(error)) => return Err(error),
            outcome => world.tell(format!("order {job} taken back: {}", said_of(&outcome))),
        },
        Said::FilmAgain(job) => match app.send_film_again(cause, from, job).await {
            Err(ResendRefusal::Failed(error)) => return Err(error),
            outcome => world.tell(format!("film {job} once more: {}", said_of(&outcome))),
        },
        Said::Forget => match app.erase(cause, from).await {
            Err(EraseRefusal::Failed(error)) => return Err(error),
            outcome => world.tell(format!("user {from} forgotten: {}", said_of(&outcome))),
        },
        Said::Buy { tokens, way, agreed } => buy(world, app, cause, from, (tokens, way, agreed)).await?,
        Said::Claim { purchase, receipt } => {
            let evidence = Evidence { receipt, ..Evidence::default() };
            let claimed = app.claim(Some(cause), from, purchase, evidence).await?;
            world.tell(format!("purchase {purchase} claimed: {}", said_of(&claimed)));
        }
        Said::Drop(purchase) => {
            let dropped = app.drop_purchase(from, purchase).await?;
            world.tell(format!("purchase {purchase} dropped: {}", said_of(&dropped)));
        }
        Said::Paid(event) => {
            let event = world.tills[&Way::Stars].event(event);
            app.hear(event.clone()).await?;
            world.people.lock().unwrap().ack(Ack::of(&event));
        }
        Said::TopUp { .. } | Said::Confirm { .. } | Said::Reject(_) | Said::Resolve { .. } => {
            money(world, app, cause, from, said).await?;
        }
        Said::SendScripts(_) | Said::RollBack => scripts(world, app, cause, from, said).await?,
    }
    app.handled(cause).await
}

fn said_of<T, E: std::fmt::Display>(outcome: &Result<T, E>) -> String {
    outcome.as_ref().map_or_else(|refusal| format!("no, {refusal}"), |_| "yes".into())
}

async fn prompted(world: &World, app: &App, update: UpdateId, from: UserId, prompt: String) -> Done {
    let draft = app.begin_draft(update, from, prompt).await?;
    let set = app.scripts.current();
    let on_sale = app.on_sale(&set);
    world.outside.back().await;
    if let Some(model) = world.dice().pick(&on_sale) {
        let agreed = model.offers[0].price;
        let card = Card { draft: draft.id, model: model.id.to_string(), agreed };
        world.people.lock().unwrap().of(from).cards.push(card);
    }
    Ok(())
}

async fn create(
    world: &World,
    app: &App,
    update: UpdateId,
    from: UserId,
    (draft, model, agreed): (DraftId, String, Tokens),
) -> Done {
    let set = app.scripts.current();
    let Some(quote) = app.quote(&set, &ModelId::new(model.clone()), 8, Orientation::Horizontal) else {
        world.tell(format!("draft {draft}: {model} is not sold now"));
        return Ok(());
    };
    let card = MessageRef { chat: from.0, message: 1 };
    let placed = app.place_order(update, from, draft, quote, agreed, card).await;
    let job = match placed {
        Ok(placed) => Some(placed.job.id),
        Err(OrderRefusal::AlreadyPlaced(job)) => Some(job),
        Err(OrderRefusal::Failed(error)) => return Err(error),
        Err(OrderRefusal::PriceChanged { quote }) => {
            world.tell(format!("draft {draft}: the price is {} now", quote.price));
            let fresh = Card { draft, model, agreed: quote.price };
            world.people.lock().unwrap().of(from).cards.push(fresh);
            None
        }
        Err(refusal) => {
            world.tell(format!("draft {draft}: {refusal}"));
            None
        }
    };
    if let Some(job) = job {
        world.tell(format!("draft {draft} is order {job}"));
        world.people.lock().unwrap().ack(Ack::Order(from, draft, job));
        world.outside.back().await;
        world.people.lock().unwrap().of(from).jobs.push(job);
    }
    Ok(())
}

async fn buy(
    world: &World,
    app: &App,
    update: UpdateId,
    user: UserId,
    (tokens, way, agreed): (Tokens, Way, i64),
) -> Done {
    let buying = Buying {
        user,
        tokens,
        way,
        agreed,
        card: MessageRef { chat: user.0, message: 2 },
        words: CheckoutWords {
            title: "tokens".into(),
            description: "tokens".into(),
            language: "ru".into(),
            back: None,
        },
    };
    match app.buy(Some(update), &app.scripts.current(), buying).await {
        Ok(purchase) => {
            world.tell(format!("purchase {} over {way} is open: {}", purchase.id, purchase.price));
            world.outside.back().await;
            world.people.lock().unwrap().of(user).purchases.push(purchase);
        }
        Err(BuyRefusal::Failed(error)) => return Err(error),
        Err(refusal) => world.tell(format!("user {user} buys nothing: {refusal}")),
    }
    Ok(())
}

async fn money(world: &World, app: &App, update: UpdateId, admin: UserId, said: Said) -> Done {
    let (by, now, cause) = (By::Admin(admin), app.clock.now(), Some(update));
    let outcome = match said {
        Said::TopUp { user, amount } => {
            let (request, reason) = (format!("update:{update}"), "because".into());
            let (giving, whom) = (Giving::TopUp, Whom::User(user));
            let handout = Handout { request, giving, actor: by, whom, amount, reason };
            match app.hand_out(cause, handout).await {
                Err(HandoutRefusal::Failed(error)) => return Err(error),
                Ok(_) => {
                    world.people.lock().unwrap().ack(Ack::TopUp(user, update));
                    "yes".into()
                }
                Err(refusal) => refusal.to_string(),
            }
        }
        Said::Confirm { purchase, tiyn } => {
            let done = app
                .store
                .confirm_purchase(cause, purchase, by, Tiyn::new(tiyn), ADMINS.to_vec(), now)
                .await
                .map_err(AppError)?;
            if matches!(done, Err(ConfirmRefusal::ReceiptUsed(_))) {
                // He showed somebody else's receipt: there is nothing more to look for at the desk.
                world.people.lock().unwrap().at_desk.remove(&purchase);
            }
            said_of(&done)
        }
        Said::Reject(purchase) => {
            let done = app
                .store
                .reject_purchase(cause, purchase, by, "nothing came".into(), ADMINS.to_vec(), now)
                .await;
            said_of(&done.map_err(AppError)?)
        }
        Said::Resolve { number, user, tokens } => {
            let give = |user| Resolution::Credit { user, tokens };
            let resolution = user.map_or(Resolution::Dismiss, give);
            let done = app.store.resolve_payment(number, by, resolution, "seen".into(), now).await;
            said_of(&done.map_err(AppError)?)
        }
        _ => unreachable!("no money in it"),
    };
    app.look_into_outbox();
    world.tell(format!("admin {admin} hears: {outcome}"));
    Ok(())
}

async fn scripts(world: &World, app: &App, update: UpdateId, admin: UserId, said: Said) -> Done {
    let by = By::Admin(admin);
    // its files are looked at by threads of their own: nobody else is to be at work meanwhile
    world.outside.settle().await;
    let applied = match said {
        Said::SendScripts(text) => match app.propose(by, FILE, text.into_bytes()).await {
            Ok(proposal) => {
                world.outside.settle().await;
                app.apply(Some(update), by, proposal.id).await.map(drop)
            }
            Err(refusal) => Err(refusal),
        },
        _ => {
            let kept = app.script_history(by, 5);
            match kept.map(|kept| world.dice().pick(&kept).cloned()) {
                Ok(Some(kept)) => app.roll_back(Some(update), by, &kept.version).await.map(drop),
                Ok(None) => Ok(()),
                Err(refusal) => Err(refusal),
            }
        }
    };
    match applied {
        Err(ScriptRefusal::Failed(error)) => Err(error),
        outcome => {
            world.tell(format!("admin {admin}'s scripts: {}", said_of(&outcome)));
            Ok(())
        }
    }
}

impl Ack {
    /// What the bot has promised to remember, once it has answered.
    pub fn of(event: &sora_bot::app::port::RailEvent) -> Self {
        use sora_bot::app::port::RailEvent as Event;
        match event {
            Event::Paid(payment) => Self::Payment(payment.way, payment.id.clone()),
            _ => Self::Nothing,
        }
    }
}
