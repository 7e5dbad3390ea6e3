//! The people and what they do next, by chance: users order, pay, take back, block and come again; admins top up, confirm, reject
//! and race each other; the owner edits; rails tell what they know, twice and in the wrong order; machines die.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::time::Duration;

use sora_bot::app::App;
use sora_bot::domain::id::{DraftId, JobId, PaymentId, PurchaseId, UpdateId, UserId};
use sora_bot::domain::money::Tokens;
use sora_bot::domain::purchase::{Purchase, tokens_for};
use sora_bot::domain::rail::{Money, Way};

use super::disk::Plan;
use super::life::Life;
use super::mail::Said;
use super::rails::{another, foreign};
use super::scripts::PACKAGES;
use super::world::{ADMINS, USERS, World};

const WAYS: [Way; 4] = [Way::Stars, Way::Stripe, Way::KaspiGateway, Way::KaspiDesk];

/// What they know and remember.
#[derive(Default)]
pub struct People {
    each: BTreeMap<UserId, Person>,
    pub acks: Vec<Ack>,
    /// What lies in the owner's own account for a purchase at the desk.
    pub at_desk: BTreeMap<PurchaseId, i64>,
    prompts: u64,
}

#[derive(Default)]
pub struct Person {
    pub cards: Vec<Card>,
    pub jobs: Vec<JobId>,
    pub purchases: Vec<Purchase>,
}

/// A card with «Создать» on it.
#[derive(Clone, Debug)]
pub struct Card {
    pub draft: DraftId,
    pub model: String,
    pub agreed: Tokens,
}

/// What the bot has said to have done: no crash may undo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ack {
    Order(UserId, DraftId, JobId),
    Payment(Way, PaymentId),
    TopUp(UserId, UpdateId),
    Nothing,
}

impl People {
    pub fn of(&mut self, user: UserId) -> &mut Person {
        self.each.entry(user).or_default()
    }

    pub fn ack(&mut self, ack: Ack) {
        self.acks.push(ack);
    }
}

/// What may happen next, and how often.
#[derive(Clone, Copy)]
enum Act {
    User,
    Pay,
    GoBack,
    Admin,
    Owner,
    Block,
    Skew,
    Precheckout,
    Twin,
    Die,
}

/// Something happens.
pub fn next(world: &World, life: &Life) {
    let dice = world.dice();
    let user = *dice.pick(&USERS).unwrap();
    match dice.weighted(&[
        (46, Act::User),
        (14, Act::Pay),
        (5, Act::GoBack),
        (12, Act::Admin),
        (4, Act::Owner),
        (4, Act::Block),
        (1, Act::Skew),
        (2, Act::Precheckout),
        (1, Act::Twin),
        (9, Act::Die),
    ]) {
        Act::User => user_acts(world, user),
        Act::Pay => pays(world, life, user),
        Act::GoBack => goes_back(world, life),
        Act::Admin => admin_acts(world, &life.app),
        Act::Owner => world.folder_is_saved(),
        Act::Block if world.chat.has_blocked(user) => comes_back(world, user),
        Act::Block => {
            world.tell(format!("user {user} blocks the bot"));
            world.chat.blocks(user);
        }
        Act::Skew => clock_is_set(world),
        Act::Precheckout => asks_before_paying(world, &life.app, user),
        Act::Twin => twin(world),
        Act::Die => dies(world, life),
    }
}

pub fn comes_back(world: &World, user: UserId) {
    world.chat.unblocks(user);
    world.mail.send(user, Said::Start);
}

fn user_acts(world: &World, user: UserId) {
    let dice = world.dice();
    let mut people = world.people.lock().unwrap();
    people.prompts += 1;
    let number = people.prompts;
    let person = people.of(user);
    let card = dice.pick(&person.cards).cloned();
    let job = dice.pick(&person.jobs).copied();
    let purchase = dice.pick(&person.purchases).map(|purchase| purchase.id);
    drop(people);
    let prompt = if dice.one_in(8) { "кот".to_owned() } else { format!("кот {number}") };
    let said = match (dice.below(20), card, job, purchase) {
        (0..5, Some(card), ..) => create(&card),
        (5, Some(card), ..) => {
            // he is impatient
            world.mail.send(user, create(&card));
            create(&card)
        }
        (6..9, _, Some(job), _) => Said::Cancel(job),
        (9, _, Some(job), _) => Said::FilmAgain(job),
        (10, _, _, Some(purchase)) => Said::Drop(purchase),
        (11..13, _, _, Some(purchase)) => {
            let receipt = dice.one_in(2).then(|| format!("receipt {}", dice.below(4)));
            Said::Claim { purchase, receipt }
        }
        (13..16, ..) => buys(world),
        (16, ..) if dice.one_in(6) => Said::Forget,
        (17, ..) => Said::Start,
        _ => Said::Prompt(prompt),
    };
    world.mail.send(user, said);
}

fn create(card: &Card) -> Said {
    Said::Create { draft: card.draft, model: card.model.clone(), agreed: card.agreed }
}

fn buys(world: &World) -> Said {
    let dice = world.dice();
    let (tokens, price) = *dice.pick(&PACKAGES).unwrap();
    let way = *dice.pick(&WAYS).unwrap();
    // as the button says; once in a while it is an old one
    let stars = (price * 100 + 623) / 624 + i64::from(dice.one_in(12));
    let agreed = if way == Way::Stars { stars } else { price * 100 };
    Said::Buy { tokens: Tokens::new(tokens), way, agreed }
}

/// Somebody pays for what he, or another, has opened: mostly as asked.
fn pays(world: &World, life: &Life, user: UserId) {
    let dice = world.dice();
    let purchase = dice.pick(&world.people.lock().unwrap().of(user).purchases).cloned();
    let Some(purchase) = purchase else { return user_acts(world, user) };
    let price = purchase.price.clone();
    let money = match dice.below(14) {
        0 => another(&price, -100),
        1 => another(&price, 35_050),
        2 => foreign(&price),
        _ => price,
    };
    let payer = if dice.one_in(16) { *dice.pick(&USERS).unwrap() } else { user };
    if purchase.way == Way::KaspiDesk {
        world.tell(format!("user {payer} transfers {money} for purchase {} at the desk", purchase.id));
        world.people.lock().unwrap().at_desk.entry(purchase.id).or_insert(money.amount);
        return world.mail.send(user, Said::Claim { purchase: purchase.id, receipt: None });
    }
    if purchase.way == Way::Stripe && dice.one_in(2) {
        let thinking = world.tills[&Way::Stripe].processes(purchase.id);
        life.hook(Way::Stripe, vec![thinking]);
        if dice.one_in(3) {
            // and then says no
            let closed = world.tills[&Way::Stripe].closes(purchase.id);
            return life.hook(Way::Stripe, vec![closed]);
        }
    }
    let event = world.tills[&purchase.way].pays(&purchase, payer, money);
    tell_of(world, life, purchase.way, event);
    if purchase.way == Way::Stripe && dice.one_in(3) {
        let closed = world.tills[&Way::Stripe].closes(purchase.id);
        life.hook(Way::Stripe, vec![closed]);
    }
}

/// A rail tells: by Telegram, or at our door, several times and at the same time.
fn tell_of(world: &World, life: &Life, way: Way, event: usize) {
    let dice = world.dice();
    let times = if dice.one_in(4) { 0 } else { dice.between(1, 5) };
    for _ in 0..times {
        if way == Way::Stars {
            world.mail.send(USERS[0], Said::Paid(event));
        } else {
            life.hook(way, vec![event]);
        }
    }
}

/// A payment is refunded or disputed, in part or whole; or a dispute is won.
fn goes_back(world: &World, life: &Life) {
    let dice = world.dice();
    let way = *dice.pick(&[Way::Stripe, Way::KaspiGateway, Way::Stars]).unwrap();
    let till = &world.tills[&way];
    let charges = till.charges();
    if charges.is_empty() {
        return;
    }
    let at = dice.index(charges.len());
    let event = if dice.one_in(3) {
        till.undoes(at)
    } else {
        let paid = charges[at].payment.money.amount;
        let part =
            if dice.one_in(2) { paid } else { 1 + i64::try_from(dice.below(paid.unsigned_abs())).unwrap() };
        Some(till.returns(at, part))
    };
    if let Some(event) = event {
        tell_of(world, life, way, event);
    }
}

fn admin_acts(world: &World, app: &App) {
    let dice = world.dice();
    let admin = *dice.pick(&ADMINS).unwrap();
    match dice.below(10) {
        0..2 => {
            let amounts = [1, 500, 10_000, 0, -5, 2_000_000_000].map(Tokens::new);
            let (user, amount) = (*dice.pick(&USERS).unwrap(), *dice.pick(&amounts).unwrap());
            world.mail.send(admin, Said::TopUp { user, amount });
        }
        2 => world.mail.send(admin, Said::SendScripts(price(world))),
        3 => world.mail.send(admin, Said::RollBack),
        // both look at once, now and then
        n => {
            decide(world, app, admin, n == 4);
            if dice.one_in(3) {
                decide(world, app, ADMINS[0], n == 4);
            }
        }
    }
}

/// An admin decides on all that waits for him. `hasty`: he turns down what might still come.
pub fn decide(world: &World, app: &App, admin: UserId, hasty: bool) {
    let dice = world.dice();
    for purchase in app.store.open_purchases().unwrap_or_default() {
        let came = world.people.lock().unwrap().at_desk.get(&purchase.id).copied();
        match came.filter(|_| purchase.way == Way::KaspiDesk) {
            Some(tiyn) => world.mail.send(admin, Said::Confirm { purchase: purchase.id, tiyn }),
            None if hasty || purchase.state.waits_for_a_look() => {
                world.mail.send(admin, Said::Reject(purchase.id));
            }
            None => {}
        }
    }
    for doubted in app.store.doubted_payments().unwrap_or_default() {
        let user = doubted.user.filter(|_| dice.one_in(2));
        let tokens = worth(&doubted.money);
        world.mail.send(admin, Said::Resolve { number: doubted.number, user, tokens });
    }
}

/// What an admin credits for a sum that does not fit.
pub fn worth(money: &Money) -> Tokens {
    tokens_for(money).unwrap_or(Tokens::new(7))
}

fn price(world: &World) -> String {
    let dice = world.dice();
    if dice.one_in(5) { "дорого".into() } else { (700 + dice.below(6) * 20).to_string() }
}

impl World {
    fn folder_is_saved(&self) {
        self.folder.save(&price(self));
    }
}

fn clock_is_set(world: &World) {
    let dice = world.dice();
    let hour: i64 = 3_600_000;
    let by = *dice.pick(&[0, -hour, hour, -24 * hour, 24 * hour, -1_800_000_000_000]).unwrap();
    world.tell(format!("the machine's clock is set {by} ms off"));
    world.outside.skew(by);
}

/// Telegram asks whether a payment may go on: it is answered from what is known, and moves nothing.
fn asks_before_paying(world: &World, app: &App, user: UserId) {
    let purchase = world.dice().pick(&world.people.lock().unwrap().of(user).purchases).cloned();
    if let Some(purchase) = purchase {
        let may = app.may_pay(Some(purchase.id), user, &purchase.price);
        world.tell(format!("may purchase {} be paid? {may:?}", purchase.id));
    }
}

fn twin(world: &World) {
    let sora = world.engines.values().next_back().unwrap();
    if let Some(render) = world.dice().pick(&sora.book()) {
        sora.taken_from_elsewhere(&render.request);
    }
}

/// The machine will die: now, at some operation of its disk, or at some call to the outside.
fn dies(world: &World, life: &Life) {
    let dice = world.dice();
    match dice.below(10) {
        0 => life.power.cut(),
        1..3 => life.power.cut_at_call(life.power.calls() + dice.between(1, 12)),
        3 => world.disk.plan(dice.between(1, 80), Plan::Fail(ErrorKind::StorageFull)),
        4 => world.disk.plan(dice.between(1, 80), Plan::Fail(ErrorKind::Other)),
        _ => world.disk.plan(dice.between(1, 120), Plan::Die),
    }
}

/// How long until something happens again: often at once, sometimes after a while.
pub fn pause(world: &World) -> Duration {
    let dice = world.dice();
    match dice.below(10) {
        0..3 => dice.millis(0, 300),
        3..9 => dice.seconds(0, 15),
        _ => dice.seconds(15, 200),
    }
}
