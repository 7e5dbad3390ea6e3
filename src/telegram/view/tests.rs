//! What people read, with the shipped words; and that nothing they or the owner write breaks Telegram's limits.

use chrono_tz::Tz;

use super::fixture::{SHIPPED, draft, job, quote, set, strings, viewer};
use super::*;
use crate::app::port::Stage;
use crate::app::{Giving, HandoutDone, OrderView, QueueView};
use crate::domain::account::{Balance, Movement, MovementReason};
use crate::domain::id::{JobId, UserId};
use crate::domain::job::{Job, JobState, RefundReason};
use crate::domain::money::Tokens;
use crate::domain::notice::Alert;
use crate::domain::source::Source;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::Profile;
use crate::telegram::html::{length, plain};
use crate::telegram::screen::{CAPTION_LIMIT, MESSAGE_LIMIT, Press, Screen};
use crate::telegram::tap::Step;

mod desk;
mod languages;
mod limits;
mod people;
mod shop;

/// The words with ordinary spaces.
fn read(screen: &Screen) -> String {
    plain(&screen.html).replace('\u{a0}', " ")
}

/// Rows of buttons, one string a row.
fn buttons(screen: &Screen) -> Vec<String> {
    let row = |row: &Vec<Button>| row.iter().map(|b| b.label.replace('\u{a0}', " ")).collect::<Vec<_>>();
    screen.buttons.iter().map(|buttons| row(buttons).join(" | ")).collect()
}

/// What the first button of a row tells us.
fn tap(screen: &Screen, row: usize) -> &Tap {
    match &screen.buttons[row][0].press {
        Press::Tap(tap) => tap,
        Press::Link(address) => panic!("a link to {address}"),
    }
}

fn deal(quote: &Quote, balance: i64) -> Deal<'_> {
    Deal { quote, balance: Tokens::new(balance), done_in: None, seen: None, quick: true, extension: None }
}

#[test]
fn the_shipped_words_have_every_text_and_fill_only_its_places() {
    for (language, source) in SHIPPED {
        let words = strings(source);
        for key in TextKey::ALL {
            let name = key.name();
            let source = words.get(name).unwrap_or_else(|| panic!("{language}: {name} is missing"));
            let text = Text::parse(source).unwrap_or_else(|error| panic!("{language}: {name}: {error}"));
            for (slot, _) in text.slots() {
                assert!(key.slots().contains(&slot), "{language}: {name} fills {{{slot}}}");
            }
        }
        for name in words.keys().filter(|name| name.contains('_') && !name.starts_with("quick_")) {
            assert!(TextKey::parse(name).is_some(), "{language}: {name} is said by nobody");
        }
    }
}

#[test]
fn the_first_card_offers_each_choice_with_its_price() {
    let set = set();
    let view = View::of(&set, Some("ru"));
    let offers: Vec<_> =
        set.menus.quick.rows(&viewer(0, false)).into_iter().flatten().zip([742, 1_928]).collect();
    let offers: Vec<_> = offers.iter().map(|(offer, price)| (offer, Tokens::new(*price))).collect();
    let screen = view.offers(&draft("A cat <b>"), &offers);
    assert!(screen.html.contains("A cat &lt;b&gt;"));
    assert_eq!(
        buttons(&screen),
        ["⚡️ Быстро · Sora-2, 8 с — 742 ₸", "💎 Премиум · Pro, 8 с — 1 928 ₸", "⚙️ Настроить | ❌ Отмена",]
    );
}

#[test]
fn every_step_of_the_card_has_prices_and_a_way_back() {
    let set = set();
    let view = View::of(&set, None);
    let draft = draft("кот");
    let models: Vec<_> = set.catalog.models.iter().collect();
    let qualities = buttons(&view.qualities(&draft, &models));
    assert_eq!(qualities[2], "Sora-2 Pro · 1080p — от 1 632 ₸");
    assert_eq!(qualities[3], "⬅️ Назад | ❌ Отмена");
    let lengths = view.lengths(&draft, models[2]);
    assert_eq!(buttons(&lengths)[..3], ["4 с — 1 632 ₸", "8 с — 3 115 ₸", "12 с — 4 598 ₸"]);
    assert_eq!(tap(&lengths, 3), &Tap::Draft(draft.id, Step::Quality));
    let shapes = view.shapes(&draft, models[2], 8);
    assert_eq!(buttons(&shapes)[..2], ["Вертикальное · 1024×1792", "Горизонтальное · 1792×1024"]);
    assert_eq!(tap(&shapes, 2), &Tap::Draft(draft.id, Step::Seconds(models[2].id.clone())));
}

#[test]
fn a_model_of_one_shape_is_not_asked_for_its_shape() {
    let set = set();
    let mut model = set.catalog.models[0].clone();
    model.shapes.truncate(1);
    let lengths = View::of(&set, None).lengths(&draft("кот"), &model);
    assert!(matches!(tap(&lengths, 0), Tap::Draft(_, Step::Confirm(_))));
}

#[test]
fn the_confirmation_says_everything_that_is_agreed_on() {
    let set = set();
    let view = View::of(&set, None);
    let quote = quote(&set, "sora-2-pro-1080", Orientation::Vertical);
    let screen = view.confirmation(&draft("Кот & пианино"), &Deal { quick: false, ..deal(&quote, 10_000) });
    let text = read(&screen);
    for part in [
        "Кот & пианино",
        "Sora-2 Pro · 1080p · 8 с · вертикальное, 1024×1792",
        "Ждать обычно 2–5 мин",
        "3 115 ₸",
        "На счёте: 10 000 токенов, после заказа останется 6 885 токенов",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert_eq!(buttons(&screen), ["✅ Создать за 3 115 ₸", "⬅️ Назад | ❌ Отмена"]);
    assert!(matches!(
        tap(&screen, 0),
        Tap::Draft(_, Step::Order(choice, price)) if *price == quote.price && choice.seconds == 8
    ));
    assert!(matches!(tap(&screen, 1), Tap::Draft(_, Step::Shape(_, 8))));
}

#[test]
fn the_confirmation_tells_a_changed_price_and_a_measured_wait() {
    let set = set();
    let view = View::of(&set, None);
    let quote = quote(&set, "sora-2", Orientation::Horizontal);
    let seen = Some(Tokens::new(700));
    let done_in = Some(Duration::from_secs(130));
    let screen = view.confirmation(&draft("кот"), &Deal { seen, done_in, ..deal(&quote, 742) });
    let text = read(&screen);
    assert!(text.contains("было 700 ₸, теперь 742 ₸"), "{text}");
    assert!(text.contains("Ждать примерно 3 мин"), "{text}");
    assert!(text.contains("останется 0 токенов"), "{text}");
    assert!(matches!(tap(&screen, 1), Tap::Draft(_, Step::Offers)), "it is a quick offer");
}

#[test]
fn missing_tokens_are_counted_and_can_be_bought() {
    let set = set();
    let quote = quote(&set, "sora-2", Orientation::Horizontal);
    for (balance, expected) in [
        (741, "Не хватает 1 токена\n"),
        (740, "Не хватает 2 токенов"),
        (737, "Не хватает 5 токенов"),
        (721, "Не хватает 21 токена"),
        (0, "Не хватает 742 токенов"),
    ] {
        let screen = View::of(&set, None).confirmation(&draft("кот"), &deal(&quote, balance));
        assert!(read(&screen).starts_with(expected), "{}", read(&screen));
        assert_eq!(buttons(&screen), ["💳 Пополнить", "⬅️ Назад | ❌ Отмена"]);
    }
}

#[test]
fn an_order_shows_how_far_it_is() {
    let set = set();
    let view = View::of(&set, None);
    let job = job("кот", JobState::Queued);
    let minute = Duration::from_secs(60);
    for (stage, elapsed, expected) in [
        (Stage::Queued { position: 1, done_in: None }, 0, "⏳ Вы следующий в очереди."),
        (
            Stage::Queued { position: 3, done_in: Some(minute * 6) },
            0,
            "⏳ В очереди. Перед вами 2 заказа.\nВидео будет примерно через 6 мин.",
        ),
        (Stage::Starting, 0, "⏳ Передаём заказ в работу."),
        (
            Stage::Rendering { percent: 34, remaining: Some(minute * 2) },
            80,
            "▰▰▰▱▱▱▱▱▱▱ 34 %\nПрошло 1 мин 20 с · осталось 2 мин",
        ),
        (
            Stage::Rendering { percent: 100, remaining: Some(Duration::ZERO) },
            3_000,
            "▰▰▰▰▰▰▰▰▰▰ 100 %\nПрошло 50 мин · осталось меньше минуты",
        ),
        (
            Stage::Rendering { percent: 0, remaining: None },
            5,
            "▱▱▱▱▱▱▱▱▱▱ 0 %\nПрошло 5 с · обычно это 2–5 мин",
        ),
        (Stage::Fetching, 60, "📥 Видео создано, забираем его. Прошло 1 мин."),
    ] {
        let screen = view.order(&job, Progress { stage, elapsed: Duration::from_secs(elapsed) });
        let expected = format!("Заказ № 1017 · Sora-2 Pro, 8 с · 1 928 ₸\nкот\n\n{expected}");
        assert_eq!(read(&screen), expected);
        let queued = matches!(stage, Stage::Queued { .. });
        assert_eq!(buttons(&screen), if queued { vec!["❌ Отменить заказ"] } else { vec![] });
    }
}

#[test]
fn a_cancelled_order_gives_the_tokens_back_and_a_new_start() {
    let set = set();
    let screen = View::of(&set, None).ended(&job("кот", JobState::Cancelled));
    assert!(read(&screen).ends_with("Заказ отменён, 1 928 токенов снова на вашем счёте."));
    assert_eq!(buttons(&screen), ["🔁 Ещё раз | 🎬 Новое видео"]);
}

#[test]
fn a_refund_says_why_what_is_back_and_what_to_do() {
    let set = set();
    let view = View::of(&set, None);
    let job = job("кот", JobState::Refunded(RefundReason::Moderation));
    let mut all = std::collections::BTreeSet::new();
    for reason in RefundReason::ALL {
        let screen = view.refund(&job, reason, Tokens::new(10_000));
        let text = read(&screen);
        assert!(text.contains("Заказ № 1017"), "{text}");
        assert!(text.contains("Все 1 928 токенов вернулись, на счёте 10 000 токенов."), "{text}");
        let first = match reason {
            RefundReason::Moderation | RefundReason::BadInput => "✏️ Изменить текст",
            RefundReason::TooLarge => "📐 Другой формат",
            RefundReason::Picture | RefundReason::SourceGone => "",
            _ => "🔁 Ещё раз",
        };
        let ways = [first, "🎬 Новое видео"].into_iter().filter(|way| !way.is_empty()).collect::<Vec<_>>();
        assert_eq!(buttons(&screen), [&ways.join(" | "), "💰 Баланс"], "{reason:?}");
        all.insert(text);
    }
    assert_eq!(all.len(), RefundReason::ALL.len(), "each reason has words of its own");
    let remix = Job { source: Some(Source::Remix(JobId(1))), ..job };
    let screen = view.refund(&remix, RefundReason::TooLarge, Tokens::new(10_000));
    assert_eq!(buttons(&screen), ["🎬 Новое видео", "💰 Баланс"], "it cannot get another shape");
}

#[test]
fn a_balance_has_its_history_with_a_running_balance() {
    let set = set();
    let movement = |reason, amount, after| Movement {
        reason,
        amount: Tokens::new(amount),
        at: Timestamp(1_800_000_000_000),
        balance_after: Tokens::new(after),
    };
    let movements = [
        movement(MovementReason::Hold(JobId(17)), -1_928, 8_072),
        movement(MovementReason::Welcome, 10_000, 10_000),
    ];
    let balance = Balance { available: Tokens::new(8_072), held: Tokens::new(1_928), debt: Tokens::ZERO };
    let page = |page, more| HistoryPage { movements: &movements, page, more };
    let screen = View::of(&set, None).balance(balance, &page(0, false));
    assert_eq!(buttons(&screen), ["💳 Пополнить | 🎬 Создать видео"]);
    let text = read(&screen);
    assert!(text.starts_with("На счёте 8 072 токена."), "{text}");
    assert!(text.contains("Ещё 1 928 токенов отложено"), "{text}");
    let last = text.lines().rev().take(3).collect::<Vec<_>>();
    assert_eq!(
        last,
        [
            "15 янв 13:00  +10 000  подарок → 10 000",
            "15 янв 13:00  −1 928  заказ № 17 → 8 072",
            "Последние операции",
        ]
    );
    let screen = View::of(&set, None).in_zone(Tz::UTC).balance(balance, &page(1, true));
    assert!(
        read(&screen).contains("15 янв 08:00"),
        "the owner's time, not this machine's: {}",
        read(&screen)
    );
    assert_eq!(buttons(&screen)[0], "⬅️ Новее | Старше ➡️");
    assert_eq!(tap(&screen, 0), &Tap::History(0));
}

#[test]
fn packages_are_listed_with_what_they_save() {
    let set = set();
    let view = View::of(&set, None);
    let text = read(&view.packages(UserId(123_456_789), &viewer(0, false), false));
    assert!(text.contains("• 742 токена — 742 ₸\n• 7 420 токенов — 5 936 ₸ (−20 %)"), "{text}");
    assert!(text.contains("123456789"), "{text}");
    assert!(!text.contains("/topup"));
    assert!(read(&view.packages(UserId(1), &viewer(0, true), false)).contains("/topup"));
}

#[test]
fn a_queue_lists_orders_and_cancels_only_those_that_wait() {
    let set = set();
    let view = View::of(&set, None);
    let queue = QueueView { running: 1, capacity: 1, waiting: 4 };
    assert!(read(&view.queue(&[], queue)).contains("нет"));
    let order =
        |state, stage| OrderView { job: job("кот", state), stage: Some(stage), elapsed: Duration::ZERO };
    let render =
        crate::domain::job::Render { ticket: crate::domain::id::Ticket::new("t"), since: Timestamp(0) };
    let (rendering, queued) =
        (Stage::Rendering { percent: 40, remaining: None }, Stage::Queued { position: 3, done_in: None });
    let orders = [order(JobState::Rendering(render), rendering), order(JobState::Queued, queued)];
    let screen = view.queue(&orders, queue);
    let text = read(&screen);
    assert!(text.contains("№ 1017 · Sora-2 Pro, 8 с — создаётся, 40 %"), "{text}");
    assert!(text.contains("— в очереди, перед вами 2 заказа"), "{text}");
    assert!(text.contains("Всего в работе 1 из 1, ждут 4."), "{text}");
    assert_eq!(buttons(&screen), ["❌ Отменить № 1017"]);
}

#[test]
fn an_admin_hears_what_a_top_up_did() {
    let set = set();
    let done = HandoutDone {
        giving: Giving::TopUp,
        amount: Tokens::new(742),
        user: UserId(1001),
        profile: Profile { first_name: "<Айгерим>".into(), ..Profile::default() },
        before: Tokens::new(258),
        after: Tokens::new(1_000),
        repeated: false,
    };
    let view = View::of(&set, None);
    let screen = view.handed_out(&done);
    assert_eq!(read(&screen), "✅ <Айгерим> (1001): +742 токена. Было 258, стало 1 000.");
    assert!(read(&view.handed_out(&HandoutDone { repeated: true, ..done })).contains("уже"));
}

#[test]
fn a_language_that_is_not_spoken_gets_the_default() {
    let set = set();
    let russian = "Что должно быть в кадре?";
    for (language, words) in [
        (None, russian),
        (Some("ru"), russian),
        (Some("de"), russian),
        (Some(""), russian),
        (Some("🙂"), russian),
        (Some("kk-KZ"), "Кадрда не болуы керек?"),
        (Some("en-GB"), "What should be in the shot?"),
    ] {
        assert!(read(&View::of(&set, language).ask_prompt()).starts_with(words), "{language:?}");
    }
    assert!(View::of(&set, None).ask_prompt().asks);
}
