//! Pacing on a paused clock: nothing here waits for real.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const CARD: MessageRef = MessageRef { chat: 1, message: 9 };

fn edit(fingerprint: u64) -> Edit {
    Edit { message: CARD, fingerprint, closes: false }
}

async fn done() -> Result<(), Fault> {
    Ok(())
}

async fn unreachable() -> Result<(), Fault> {
    panic!("it is left alone")
}

#[tokio::test(start_paused = true)]
async fn a_chat_gets_a_burst_and_then_a_message_a_second() {
    let sender = Sender::default();
    let began = Instant::now();
    let mut at = Vec::new();
    for _ in 0..5 {
        sender.say(1, Rank::Reply, done).await.unwrap();
        at.push(began.elapsed().as_secs());
    }
    assert_eq!(at, [0, 0, 0, 1, 2]);
    sender.say(2, Rank::Reply, done).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 2, "another chat does not wait for this one");
}

#[tokio::test(start_paused = true)]
async fn all_chats_together_stay_below_thirty_a_second() {
    let sender = Arc::new(Sender::default());
    let began = Instant::now();
    let sent = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for chat in 0..120 {
        let (sender, sent) = (Arc::clone(&sender), Arc::clone(&sent));
        tasks.spawn(async move {
            let call = async || {
                sent.fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            sender.say(chat, Rank::Reply, call).await
        });
    }
    tokio::time::sleep(SECOND).await;
    assert!(sent.load(Ordering::Relaxed) <= 60, "a burst and a second's worth");
    while let Some(result) = tasks.join_next().await {
        result.unwrap().unwrap();
    }
    assert!(began.elapsed() >= SECOND * 3);
}

#[tokio::test(start_paused = true)]
async fn replies_that_have_to_wait_go_together() {
    let sender = Arc::new(Sender::default());
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for chat in 0..63 {
        let sender = Arc::clone(&sender);
        tasks.spawn(async move { sender.say(chat, Rank::Reply, async || Ok(began.elapsed())).await });
    }
    let mut sent = BTreeMap::<Duration, usize>::new();
    while let Some(at) = tasks.join_next().await {
        *sent.entry(at.unwrap().unwrap()).or_default() += 1;
    }
    assert_eq!(Vec::from_iter(sent.into_values()), [23, 10, 10, 10, 10], "the burst, and then ten at a time");
}

#[tokio::test(start_paused = true)]
async fn what_must_arrive_goes_before_replies_when_room_is_short() {
    let sender = Sender::default();
    for chat in 0..i64::from(ALL_BURST - REPLY_RESERVE) {
        sender.say(chat, Rank::Reply, done).await.unwrap();
    }
    let now = Instant::now();
    assert!(sender.all().bucket.wait(REPLY_RESERVE, now) > Duration::ZERO);
    sender.say(100, Rank::Important, done).await.unwrap();
    assert_eq!(now.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn patience_is_obeyed_in_the_chat_and_shortly_by_all() {
    let sender = Sender::default();
    let began = Instant::now();
    let tries = AtomicUsize::new(0);
    let call = async || match tries.fetch_add(1, Ordering::Relaxed) {
        0 => Err(Fault::Patience(SECOND * 7)),
        _ => Ok(()),
    };
    let other = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        sender.say(2, Rank::Reply, done).await.unwrap();
        began.elapsed()
    };
    let (first, other) = tokio::join!(sender.say(1, Rank::Reply, call), other);
    first.unwrap();
    assert_eq!(tries.load(Ordering::Relaxed), 2);
    assert_eq!(began.elapsed().as_secs(), 7);
    assert_eq!(other.as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_long_ban_is_handed_back_at_once() {
    let sender = Sender::default();
    let began = Instant::now();
    let banned = async || Err::<(), _>(Fault::Patience(SECOND * 10_000));
    assert!(matches!(sender.say(1, Rank::Reply, banned).await, Err(Fault::Patience(_))));
    let next = sender.say(1, Rank::Important, done).await;
    assert!(matches!(next, Err(Fault::Patience(left)) if left > SECOND * 9_000));
    assert!(began.elapsed() < SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_did_not_get_through_is_tried_again_and_what_is_refused_is_not() {
    let sender = Sender::default();
    for (fault, expected) in
        [(Fault::Transient("down".to_owned()), 3), (Fault::Refused("no".to_owned()), 1), (Fault::Blocked, 1)]
    {
        let tries = AtomicUsize::new(0);
        let call = async || {
            tries.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(fault.clone())
        };
        assert_eq!(sender.say(1, Rank::Reply, call).await, Err(fault.clone()));
        assert_eq!(tries.load(Ordering::Relaxed), expected, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn progress_is_shown_every_five_seconds_and_only_when_it_changed() {
    let sender = Sender::default();
    let mut shown = Vec::new();
    for second in 0..20 {
        match sender.decorate(edit(second), done()).await {
            None => shown.push(second),
            Some(wait) => {
                assert_eq!(wait, SECOND * (5 - second as u32 % 5), "just when it may be edited again")
            }
        }
        tokio::time::sleep(SECOND).await;
    }
    assert_eq!(shown, [0, 5, 10, 15]);
    tokio::time::sleep(SECOND * 10).await;
    assert_eq!(sender.decorate(edit(15), unreachable()).await, None, "it shows that already");
}

#[tokio::test(start_paused = true)]
async fn decoration_gives_way() {
    let sender = Arc::new(Sender::default());
    let busy = tokio::spawn({
        let sender = Arc::clone(&sender);
        async move {
            let slow = async || {
                tokio::time::sleep(SECOND * 5).await;
                Ok(())
            };
            sender.say(1, Rank::Reply, slow).await
        }
    });
    tokio::time::sleep(SECOND).await;
    assert_eq!(sender.decorate(edit(1), unreachable()).await, Some(SECOND), "somebody speaks");
    busy.await.unwrap().unwrap();
    assert_eq!(sender.decorate(edit(1), done()).await, None);

    let last = Edit { closes: true, ..edit(2) };
    sender.edit(last, Rank::Important, done).await.unwrap();
    tokio::time::sleep(SECOND * 30).await;
    assert_eq!(sender.decorate(edit(3), unreachable()).await, None, "the story is over");
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_changes_nothing_costs_nothing() {
    let sender = Sender::default();
    let calls = AtomicUsize::new(0);
    let call = async || {
        calls.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    for _ in 0..3 {
        sender.edit(edit(1), Rank::Reply, call).await.unwrap();
    }
    sender.edit(edit(2), Rank::Reply, call).await.unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_last_word_that_did_not_get_through_is_said_again() {
    let sender = Sender::default();
    let last = Edit { closes: true, ..edit(1) };
    let refused = sender.edit(last, Rank::Important, async || Err(Fault::Patience(SECOND))).await;
    assert_eq!(refused, Err(Fault::Patience(SECOND)));
    tokio::time::sleep(SECOND * 30).await;
    assert_eq!(sender.decorate(edit(2), unreachable()).await, None, "the story is over all the same");
    let calls = AtomicUsize::new(0);
    let call = async || {
        calls.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    for _ in 0..2 {
        sender.edit(last, Rank::Important, call).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_upload_does_not_keep_the_chat_from_being_answered() {
    let sender = Arc::new(Sender::default());
    let began = Instant::now();
    let upload = tokio::spawn({
        let sender = Arc::clone(&sender);
        async move {
            let slow = async {
                tokio::time::sleep(SECOND * 100).await;
                Ok(())
            };
            sender.upload(1, slow).await
        }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    sender.say(1, Rank::Reply, done).await.unwrap();
    assert!(began.elapsed() < SECOND);
    upload.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn idle_chats_are_forgotten() {
    let sender = Sender::default();
    for chat in 0..i64::try_from(LANES).unwrap() {
        sender.lane(chat);
    }
    tokio::time::sleep(IDLE).await;
    sender.lane(-1);
    assert_eq!(sender.lanes.lock().unwrap().len(), 1);
}
