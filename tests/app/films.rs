//! After the film: it is found again, sent again for nothing, and changed.

use sora_bot::app::port::{FailureKind as Kind, FilmSource, Parcel, Scripts as _};
use sora_bot::app::{OrderRefusal, Placed, ResendRefusal};
use sora_bot::domain::catalog::Abilities;
use sora_bot::domain::draft::Basis;
use sora_bot::domain::id::{DraftId, JobId, UpdateId};
use sora_bot::domain::job::{JobState, Phase, RefundReason};
use sora_bot::domain::source::{Extension, Source};

use crate::support::engine::{Call, OnSubmit, failure};
use crate::support::shop::{OTHER, PRICE, USER, WELCOME};
use crate::support::world::{Shop, World};

async fn delivered(shop: &Shop, number: u64) -> JobId {
    let job = shop.ordered(USER, number).await;
    shop.until_phase(job, Phase::Delivered).await;
    job
}

#[tokio::test(start_paused = true)]
async fn films_are_looked_through_from_the_newest_and_only_by_their_owner() {
    let shop = World::new().open();
    assert_eq!(shop.app.film_page(USER, None).unwrap(), None);
    let jobs = [delivered(&shop, 1).await, delivered(&shop, 2).await, delivered(&shop, 3).await];
    shop.ordered(USER, 4).await;
    let page = |at| shop.app.film_page(USER, at).unwrap().unwrap();
    for (at, number, newer, older) in [
        (None, 1, None, Some(jobs[1])),
        (Some(jobs[1]), 2, Some(jobs[2]), Some(jobs[0])),
        (Some(jobs[0]), 3, Some(jobs[1]), None),
        (Some(JobId(99)), 1, None, Some(jobs[1])),
    ] {
        let page = page(at);
        assert_eq!((page.number, page.total, page.newer, page.older), (number, 3, newer, older), "{at:?}");
    }
    shop.meet(OTHER).await;
    assert_eq!(shop.app.film_page(OTHER, Some(jobs[0])).unwrap(), None);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_is_sent_again_for_nothing_and_once_a_tap() {
    let shop = World::new().open();
    let job = delivered(&shop, 1).await;
    shop.until_quiet().await;
    let before = shop.available(USER);
    let (calls, arrived) = (shop.world.engine.asked(Call::Submit).len(), shop.world.chat.inbox(USER).len());
    for update in [50, 51] {
        shop.app.send_film_again(UpdateId(update), USER, job).await.unwrap();
    }
    shop.app.send_film_as_file(UpdateId(52), USER, job).await.unwrap();
    shop.until_quiet().await;
    let inbox = shop.world.chat.inbox(USER).split_off(arrived);
    assert_eq!(inbox.iter().filter(|said| *said == &format!("file {job}")).count(), 1, "{inbox:?}");
    assert!(
        (1..=2).contains(&inbox.iter().filter(|said| *said == &format!("copy {job}")).count()),
        "{inbox:?}"
    );
    let arrived = shop.world.chat.arrived();
    let copy = arrived.iter().find_map(|message| match &message.parcel {
        Parcel::Copy(film) => film.job.file_id.clone(),
        _ => None,
    });
    assert!(copy.is_some(), "it is known by the id it came with");
    assert_eq!((shop.available(USER), shop.world.engine.asked(Call::Submit).len()), (before, calls));

    let others = shop.app.send_film_again(UpdateId(53), OTHER, job).await;
    assert!(matches!(others, Err(ResendRefusal::NotYours)));
    std::fs::remove_file(shop.app.film_paths(job).0).unwrap();
    let gone = shop.app.send_film_as_file(UpdateId(54), USER, job).await;
    assert!(matches!(gone, Err(ResendRefusal::Gone)));
    shop.app.send_film_again(UpdateId(55), USER, job).await.unwrap();
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_next_words_answer_what_was_asked_and_only_those() {
    let shop = World::new().open();
    let job = delivered(&shop, 1).await;
    shop.app.ask_for_words(USER, Some(Basis::Settings(job))).await.unwrap();
    let idea = shop.app.begin_draft(UpdateId(60), USER, "an idea".into()).await.unwrap();
    assert_eq!(idea.basis, None, "not his own words");
    let draft = shop.app.begin_said(UpdateId(61), USER, "other words".into()).await.unwrap();
    assert_eq!(draft.basis, None, "something else has come in between");
    shop.app.ask_for_words(USER, Some(Basis::Settings(job))).await.unwrap();
    for _ in 0..2 {
        let draft = shop.app.begin_said(UpdateId(62), USER, "other words".into()).await.unwrap();
        assert_eq!(draft.basis, Some(Basis::Settings(job)), "the same for a replayed update");
    }
    let next = shop.app.begin_said(UpdateId(63), USER, "and others".into()).await.unwrap();
    assert_eq!(next.basis, None);
    shop.app.ask_for_words(USER, Some(Basis::Settings(job))).await.unwrap();
    shop.after(std::time::Duration::from_secs(3601)).await;
    let late = shop.app.begin_said(UpdateId(64), USER, "late".into()).await.unwrap();
    assert_eq!(late.basis, None, "an hour later it is no answer");
    shop.finish().await;
}

/// Makes a film from a film.
async fn made_from(shop: &Shop, basis: Basis, number: u64) -> Result<Placed, OrderRefusal> {
    shop.app.ask_for_words(USER, Some(basis)).await.unwrap();
    let words = format!("prompt {number}: let it snow");
    shop.app.begin_said(UpdateId(number), USER, words).await.unwrap();
    shop.tap(USER, DraftId(number), number + 1000).await
}

/// Changes the film of `job`.
async fn remix(shop: &Shop, job: JobId, number: u64) -> Placed {
    made_from(shop, Basis::Film(job), number).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn once_more_is_made_of_the_same_film() {
    let shop = extending();
    let source = delivered(&shop, 1).await;
    for (number, basis) in [(2, Basis::Extension(source)), (4, Basis::Film(source))] {
        let job = made_from(&shop, basis, number).await.unwrap().job;
        let again = shop.app.begin_again(UpdateId(number + 1), &job).await.unwrap();
        assert_eq!((again.basis, &again.prompt), (Some(basis), &job.prompt));
        let placed = shop.tap(USER, again.id, number + 2_000).await.unwrap();
        assert_eq!(placed.job.source, job.source);
    }
    shop.finish().await;
}

/// A shop whose engine goes on with films.
fn extending() -> Shop {
    let world = World::new();
    world.scripts.save_abilities(Abilities { extend: true, ..Abilities::default() }, "v2");
    world.open()
}

#[tokio::test(start_paused = true)]
async fn a_film_goes_on_part_by_part_each_at_the_models_price_until_it_is_as_long_as_it_gets() {
    let shop = extending();
    let mut last = delivered(&shop, 1).await;
    for nth in 1..=6 {
        let (ticket, before) = (shop.job(last).ticket, shop.available(USER));
        let job = made_from(&shop, Basis::Extension(last), u64::from(nth) + 1).await.unwrap().job;
        let extension = Extension { of: last, nth, before: 8 * nth };
        assert_eq!((job.source, job.film_seconds()), (Some(Source::Extension(extension)), 8 * (nth + 1)));
        assert_eq!(shop.available(USER), before.minus(PRICE).unwrap());
        shop.until_phase(job.id, Phase::Delivered).await;
        let asked = shop.world.engine.created().pop().unwrap().request;
        assert_eq!((asked.source, asked.seconds), (ticket.map(FilmSource::Extension), 8));
        last = job.id;
    }
    assert_eq!(shop.job(last).extended(), None);
    let before = shop.available(USER);
    let refused = made_from(&shop, Basis::Extension(last), 9).await;
    assert!(matches!(refused, Err(OrderRefusal::DraftGone)), "{refused:?}");
    assert_eq!(shop.available(USER), before);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_extension_whose_answer_was_lost_is_known_by_the_length_of_the_whole_film() {
    let shop = extending();
    let source = delivered(&shop, 1).await;
    shop.world.engine.submits([OnSubmit::LoseAnswer]);
    let job = made_from(&shop, Basis::Extension(source), 2).await.unwrap().job.id;
    shop.until_phase(job, Phase::Delivered).await;
    assert_eq!(shop.world.engine.created().len(), 2, "it was found, not asked for again");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_that_the_engine_no_longer_has_cannot_go_on_and_costs_nothing() {
    let shop = extending();
    let source = delivered(&shop, 1).await;
    shop.world.engine.submits([OnSubmit::Refuse(failure(Kind::Missing))]);
    let job = made_from(&shop, Basis::Extension(source), 2).await.unwrap().job.id;
    shop.until_quiet().await;
    assert_eq!(shop.job(job).state, JobState::Refunded(RefundReason::SourceGone));
    assert_eq!(shop.available(USER), WELCOME.minus(PRICE).unwrap());
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_is_changed_where_it_was_made_at_the_models_price() {
    let world = World::new();
    world.scripts.save_abilities(Abilities { remix: true, ..Abilities::default() }, "v2");
    let shop = world.open();
    let source = delivered(&shop, 1).await;
    let ticket = shop.job(source).ticket;
    assert!(ticket.is_some(), "kept beyond the end");
    let before = shop.available(USER);
    let job = remix(&shop, source, 2).await.job;
    assert_eq!(
        (job.source, shop.available(USER)),
        (Some(Source::Remix(source)), before.minus(PRICE).unwrap())
    );
    shop.until_phase(job.id, Phase::Delivered).await;
    let made = shop.world.engine.created();
    assert_eq!(made[1].request.source, ticket.map(FilmSource::Remix));
    assert!(shop.world.scripts.current().catalog.abilities(&job.quote).remix);
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_film_that_the_engine_no_longer_has_cannot_be_changed_and_costs_nothing() {
    let shop = World::new().open();
    let source = delivered(&shop, 1).await;
    shop.world.engine.submits([OnSubmit::Refuse(failure(Kind::Missing))]);
    let job = remix(&shop, source, 2).await.job.id;
    shop.until_quiet().await;
    assert_eq!(shop.job(job).state, JobState::Refunded(RefundReason::SourceGone));
    assert_eq!(shop.available(USER), WELCOME.minus(PRICE).unwrap());
    assert_eq!(shop.world.chat.alerts(crate::support::shop::ADMIN), [], "the engine is not to blame");
    assert!(shop.quote().is_some(), "and goes on selling");
    shop.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_history_is_read_page_by_page() {
    let shop = World::new().open();
    for number in 1..=3 {
        delivered(&shop, number).await;
    }
    let page = |page| shop.app.history_page(USER, page, 3).unwrap();
    let (newest, more) = page(0);
    assert_eq!((newest.len(), more), (3, true));
    assert!(newest.iter().all(|movement| movement.amount.get() == -PRICE.get()), "{newest:?}");
    let (oldest, more) = page(1);
    assert_eq!((oldest.len(), more, oldest[0].balance_after), (1, false, WELCOME));
    assert_eq!(page(2), (Vec::new(), false));
    shop.finish().await;
}
