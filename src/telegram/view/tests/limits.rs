//! The longest and the nastiest of everything still fits, and its markup stays whole.

use super::*;
use crate::domain::role::Role;

/// No `<` or `&` of a user gets through: what is left after the known tags and escapes holds none.
pub(super) fn assert_sound(screen: &Screen, limit: usize) {
    assert!(length(&screen.html) <= limit, "{} units", length(&screen.html));
    let mut rest = screen.html.clone();
    for known in [
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<code>",
        "</code>",
        "<pre>",
        "</pre>",
        "&lt;",
        "&gt;",
        "&amp;",
        "&quot;",
        "<a href=\"tg://user?id=9223372036854775807\">",
        "</a>",
    ] {
        rest = rest.replace(known, "");
    }
    assert!(!rest.contains(['<', '>', '&']), "{rest}");
    let count = |part: &str| screen.html.matches(part).count();
    for tag in ["b", "i", "code", "pre"] {
        assert_eq!(count(&format!("<{tag}>")), count(&format!("</{tag}>")), "{}", screen.html);
    }
    for button in screen.buttons.iter().flatten() {
        assert!(!matches!(&button.press, Press::Tap(tap) if tap.encode().len() > 64));
        assert!(!button.label.is_empty());
    }
}

pub(super) fn nasty() -> [String; 5] {
    [
        "<b>&amp;\"</i>".repeat(400),
        "😀".repeat(5_000),
        "\u{202e}<script>".to_owned(),
        "{price} }{ {{".to_owned(),
        "а".repeat(32_000),
    ]
}

#[test]
fn a_prompt_breaks_neither_cards_nor_captions() {
    let set = set();
    let view = View::of(&set, None);
    for prompt in nasty() {
        let draft = draft(&prompt);
        let quote = quote(&set, "sora-2-pro-1080", Orientation::Vertical);
        let quick = set.menus.quick.rows(&viewer(0, false));
        let offers: Vec<_> = quick.iter().flatten().map(|offer| (offer, Tokens::CAP)).collect();
        assert_sound(&view.offers(&draft, &offers), MESSAGE_LIMIT);
        for balance in [0, i64::MAX] {
            assert_sound(&view.confirmation(&draft, &deal(&quote, balance)), MESSAGE_LIMIT);
        }
        let delivered = job(&prompt, JobState::Cancelled);
        assert_sound(&view.ended(&delivered), MESSAGE_LIMIT);
        assert_sound(&view.film(&delivered, &viewer(0, false)), CAPTION_LIMIT);
        let stage = Stage::Rendering { percent: 255, remaining: Some(Duration::MAX) };
        assert_sound(&view.order(&delivered, Progress { stage, elapsed: Duration::MAX }), MESSAGE_LIMIT);
    }
}

#[test]
fn what_stands_below_a_picture_fits_there_in_every_language() {
    let set = set();
    for (language, prompt) in
        SHIPPED.iter().flat_map(|(language, _)| nasty().map(|prompt| (*language, prompt)))
    {
        let view = View::of(&set, Some(language));
        let draft = crate::domain::draft::Draft { picture: Some("id".to_owned()), ..draft(&prompt) };
        let job = |state| crate::domain::job::Job { picture: Some("id".to_owned()), ..job(&prompt, state) };
        let quote = quote(&set, "sora-2-pro-1080", Orientation::Vertical);
        let models: Vec<_> = set.catalog.models.iter().collect();
        let seen = Some(Tokens::new(999_999_999));
        let mut screens = vec![
            view.offers(&draft, &[]),
            view.qualities(&draft, &models),
            view.lengths(&draft, models[2]),
            view.shapes(&draft, models[2], 12),
            view.confirmation(&draft, &Deal { seen, ..deal(&quote, 0) }),
            view.confirmation(&draft, &Deal { seen, ..deal(&quote, i64::MAX) }),
            view.of_album(view.offers(&draft, &[])),
            view.order(&job(JobState::Queued), Progress { stage: Stage::Starting, elapsed: Duration::MAX }),
        ];
        screens.extend(RefundReason::ALL.map(|reason| view.ended(&job(JobState::Refunded(reason)))));
        for screen in screens {
            assert!(screen.photo.is_some(), "{}", screen.html);
            assert_sound(&screen, CAPTION_LIMIT);
        }
    }
}

#[test]
fn names_reasons_and_problems_break_nothing() {
    let set = set();
    let view = View::of(&set, None);
    for text in nasty() {
        assert_sound(&view.greeting(&text, &viewer(Tokens::CAP.get(), true), Tokens::CAP), MESSAGE_LIMIT);
        for alert in [
            Alert::EngineClosed { engine: "sora".to_owned(), reason: text.clone() },
            Alert::EngineDown { engine: "sora".to_owned(), reason: text.clone() },
            Alert::ScriptsLoaded { version: "1".to_owned(), changes: vec![text.clone(); 50] },
            Alert::ScriptsRefused { problems: text.clone() },
            Alert::ScriptsChanged { by: None, version: "1".to_owned(), changes: vec![text.clone(); 50] },
            Alert::ScriptWarnings { warnings: vec![text.clone(); 50] },
            Alert::UnknownOutcome { job: JobId(17) },
            Alert::Undelivered { job: None },
        ] {
            assert_sound(&view.alert(&alert, Some(&text)), MESSAGE_LIMIT);
        }
    }
}

#[test]
fn an_owners_long_words_cost_the_markup_not_the_message() {
    let mut set = set();
    let locale = set.locales.get_mut("ru").unwrap();
    let long = format!("<b>{{number}}</b> {{prompt}} {}", "слово ".repeat(580));
    locale.texts.insert(TextKey::Caption, Text::parse(&long).unwrap());
    let film = View::of(&set, None).film(&job(&"x".repeat(5_000), JobState::Cancelled), &viewer(0, false));
    assert!(length(&film.html) <= CAPTION_LIMIT);
    assert!(film.html.starts_with("1017"));
}

#[test]
fn many_orders_make_one_message() {
    let set = set();
    let order = OrderView {
        job: job("кот", JobState::Queued),
        stage: Some(Stage::Queued { position: 500, done_in: None }),
        elapsed: Duration::ZERO,
    };
    let queue = QueueView { running: 9_999, capacity: 9_999, waiting: 9_999 };
    let screen = View::of(&set, None).queue(&vec![order; 100], queue);
    assert!(length(&screen.html) <= MESSAGE_LIMIT);
    assert!(screen.buttons.len() <= 100, "telegram shows no more");
}

/// What Telegram shows of a button; it takes more, but nobody would see it.
const LABEL_LIMIT: usize = 64;
/// Of a line or a window that answers a tap.
const TOAST_LIMIT: usize = 200;

fn longest_history(view: View<'_>) -> Screen {
    let movement = |job| Movement {
        reason: MovementReason::Capture(JobId(job)),
        amount: Tokens::CAP,
        at: Timestamp(1_800_000_000_000),
        balance_after: Tokens::CAP,
    };
    let history: Vec<_> = (0..10).map(|job| movement(u64::MAX - job)).collect();
    let history = HistoryPage { movements: &history, page: 1, more: true };
    view.balance(Balance { available: Tokens::CAP, ..Balance::default() }, &history)
}

/// Every screen there is, with the longest of all that is filled in.
fn screens(view: View<'_>, set: &crate::app::port::ScriptSet) -> Vec<Screen> {
    let model = &set.catalog.models[2];
    let draft = draft(&"кот ".repeat(2_000));
    let rich = &viewer(Tokens::CAP.get(), true);
    let quick = set.menus.quick.rows(rich);
    let offers: Vec<_> = quick.iter().flatten().map(|offer| (offer, Tokens::CAP)).collect();
    let mut quote = quote(set, "sora-2-pro-1080", Orientation::Horizontal);
    quote.price = Tokens::CAP;
    let expected = Some(Duration::from_secs(86_400));
    let deal = |balance| Deal { done_in: expected, seen: Some(Tokens::new(1)), ..deal(&quote, balance) };
    let mut all = vec![
        view.greeting(&"Ы".repeat(200), rich, Tokens::CAP),
        view.help(Some(Role::Owner)),
        view.help(Some(Role::Cashier)),
        view.help(Some(Role::Support)),
        view.ask_prompt(),
        view.support(Some(UserId(i64::MAX)), UserId(i64::MAX)),
        view.pay_support(None, UserId(i64::MAX)),
        view.with_contact(view.packages(UserId(i64::MAX), rich, true), Some(UserId(i64::MAX))),
        view.terms(Some(UserId(i64::MAX))),
        view.privacy(None, Duration::MAX),
        view.delete_me(Tokens::CAP),
        view.delete_me_busy(usize::MAX),
        view.prompt_too_long(1_000_000, 1_000_000_000),
        view.group(&"x".repeat(32)),
        view.packages(UserId(i64::MAX), rich, false),
        view.packages(UserId(i64::MAX), rich, true),
        view.package_chosen(&set.catalog.packages[0], UserId(i64::MAX)),
        view.idea_categories(),
        view.idea_category(&set.ideas.categories[0]),
        view.offers(&draft, &offers),
        view.precheck(&draft, &set.ideas.warnings.iter().collect::<Vec<_>>()),
        view.qualities(&draft, &set.catalog.models.iter().collect::<Vec<_>>()),
        view.lengths(&draft, model),
        view.shapes(&draft, model, 12),
        view.confirmation(&draft, &deal(i64::MAX / 2)),
        view.confirmation(&draft, &deal(0)),
        view.credit(Tokens::CAP, Tokens::CAP),
        view.languages(Some("kk")),
        view.language_chosen(Some("kk"), rich),
        view.language_chosen(None, rich),
    ];
    let refused = |reason| view.refund(&job("кот", JobState::Refunded(reason)), reason, Tokens::CAP);
    all.extend(RefundReason::ALL.map(refused));
    all.extend([TextKey::UnknownCommand, TextKey::OtherMessage, TextKey::Sorry].map(|key| view.plain(key)));
    all.push(longest_history(view));
    let order = job(&draft.prompt, JobState::Queued);
    let elapsed = Duration::from_secs(35_999);
    for stage in [
        Stage::Queued { position: 1, done_in: None },
        Stage::Queued { position: 1_000_000, done_in: expected },
        Stage::Starting,
        Stage::Rendering { percent: 100, remaining: None },
        Stage::Rendering { percent: 100, remaining: Some(Duration::from_secs(86_400)) },
        Stage::Fetching,
        Stage::Stopping,
    ] {
        all.push(view.order(&order, Progress { stage, elapsed }));
    }
    for state in [JobState::Queued, JobState::Cancelled, JobState::Refunded(RefundReason::Unknown)] {
        all.push(view.ended(&job(&draft.prompt, state)));
    }
    all
}

#[test]
fn every_language_fits_with_the_longest_of_everything() {
    let set = set();
    for language in ["ru", "kk", "en"] {
        let view = View::of(&set, Some(language));
        for screen in screens(view, &set) {
            assert_sound(&screen, MESSAGE_LIMIT);
            assert!(!screen.html.ends_with('…'), "{language}: cut off: {}", screen.html);
            for button in screen.buttons.iter().flatten() {
                let units = button.label.encode_utf16().count();
                assert!(units <= LABEL_LIMIT, "{language}: {units} units: {}", button.label);
            }
        }
        let film = view.film(&job(&"кот ".repeat(2_000), JobState::Cancelled), &viewer(0, false));
        assert_sound(&film, CAPTION_LIMIT);
        assert!(film.html.contains("<b>"), "{language}: the caption lost its markup: {}", film.html);
        for (name, what) in view.commands() {
            assert!((1..=LABEL_LIMIT).contains(&what.encode_utf16().count()), "{language}: /{name} {what}");
        }
    }
}

#[test]
fn every_answer_to_a_tap_fits_in_every_language() {
    let set = set();
    let windows = [TextKey::Sorry, TextKey::NotSoldNow];
    let answers = TextKey::ALL.iter().filter(|key| key.name().starts_with("toast_"));
    for key in answers.chain(&windows) {
        let longest: Vec<_> = key
            .slots()
            .iter()
            .map(|slot| match *slot {
                "number" => (*slot, words("1".repeat(20))),
                _ => (*slot, number(Tokens::CAP.get())),
            })
            .collect();
        for language in ["ru", "kk", "en"] {
            let html = View::of(&set, Some(language)).say(*key, &longest);
            assert!(length(&html) <= TOAST_LIMIT, "{language}: {html}");
        }
    }
}
