//! The same screens in each of the languages, and the choice between them.

use super::*;
use crate::domain::day::{Day, Weekday};

#[test]
fn the_languages_stand_in_their_own_names_and_the_chosen_one_is_marked() {
    let set = set();
    for (language, question, chosen, expected) in [
        ("ru", "На каком языке", None, ["Қазақша", "Русский", "English", "✓ 📱 Как в Telegram"]),
        ("kk", "Сізбен қай тілде", Some("kk"), ["✓ Қазақша", "Русский", "English", "📱 Telegram-дағыдай"]),
        ("en", "Which language", Some("de"), ["Қазақша", "Русский", "English", "📱 Same as Telegram"]),
    ] {
        let screen = View::of(&set, Some(language)).languages(chosen);
        assert!(read(&screen).starts_with(question), "{}", read(&screen));
        assert_eq!(buttons(&screen), expected);
        assert_eq!(tap(&screen, 0), &Tap::Language(Some("kk".to_owned())));
        assert_eq!(tap(&screen, 3), &Tap::Language(None));
    }
}

#[test]
fn a_choice_is_confirmed_in_the_new_language_with_its_menu() {
    let set = set();
    let screen = View::of(&set, Some("kk")).language_chosen(Some("kk"), &viewer(0, false));
    assert_eq!(read(&screen), "Жақсы, қазақша сөйлесеміз.");
    assert_eq!(buttons(&screen)[0], "🎬 Видео жасау");
    let screen = View::of(&set, Some("en")).language_chosen(None, &viewer(0, false));
    assert!(read(&screen).contains("the language of your Telegram"), "{}", read(&screen));
}

#[test]
fn an_order_is_told_in_each_language() {
    let set = set();
    let job = job("мысық", JobState::Queued);
    let stage = Stage::Rendering { percent: 34, remaining: Some(Duration::from_secs(120)) };
    let progress = Progress { stage, elapsed: Duration::from_secs(80) };
    for (language, head, state) in [
        ("ru", "Заказ № 1017 · Sora-2 Pro, 8 с · 1 928 ₸", "34 %\nПрошло 1 мин 20 с · осталось 2 мин"),
        ("kk", "№ 1017 тапсырыс · Sora-2 Pro, 8 с · 1 928 ₸", "34%\n1 мин 20 с өтті · 2 мин қалды"),
        ("en", "Order No. 1017 · Sora-2 Pro, 8 s · 1 928 ₸", "34%\n1 min 20 s so far · 2 min left"),
    ] {
        let text = read(&View::of(&set, Some(language)).order(&job, progress));
        assert_eq!(text, format!("{head}\nмысық\n\n▰▰▰▱▱▱▱▱▱▱ {state}"));
    }
    for (stage, kazakh, english) in [
        (
            Stage::Queued { position: 1, done_in: None },
            "Келесі кезек — сіздікі.",
            "You are next in the queue.",
        ),
        (
            Stage::Queued { position: 2, done_in: None },
            "Алдыңызда 1 тапсырыс бар.",
            "In the queue, 1 order ahead of you.",
        ),
        (
            Stage::Queued { position: 3, done_in: None },
            "Алдыңызда 2 тапсырыс бар.",
            "In the queue, 2 orders ahead of you.",
        ),
    ] {
        for (language, words) in [("kk", kazakh), ("en", english)] {
            let text = read(&View::of(&set, Some(language)).order(&job, Progress { stage, ..progress }));
            assert!(text.ends_with(words), "{text}");
        }
    }
}

#[test]
fn missing_tokens_are_counted_in_each_language() {
    let set = set();
    let quote = quote(&set, "sora-2", Orientation::Horizontal);
    for (language, balance, expected) in [
        ("kk", 741, "1 токен жетпейді"),
        ("kk", 0, "742 токен жетпейді"),
        ("en", 741, "You are 1 token short"),
        ("en", 721, "You are 21 tokens short"),
    ] {
        let screen = View::of(&set, Some(language)).confirmation(&draft("мысық"), &deal(&quote, balance));
        assert!(read(&screen).starts_with(expected), "{}", read(&screen));
    }
}

#[test]
fn dates_are_written_as_each_language_writes_them() {
    let set = set();
    let at = |at| Movement {
        reason: MovementReason::Welcome,
        amount: Tokens::new(1),
        at: Timestamp(at),
        balance_after: Tokens::new(1),
    };
    for (moment, russian, kazakh, english) in [
        (1_800_000_000_000, "15 янв 13:00", "15 қаң 13:00", "15 Jan 13:00"),
        // The last second of the year in UTC is the first of January in Kazakhstan; in August the night is as far ahead.
        (1_798_761_599_000, "1 янв 04:59", "1 қаң 04:59", "1 Jan 04:59"),
        (1_787_945_400_000, "29 авг 00:30", "29 там 00:30", "29 Aug 00:30"),
    ] {
        for (language, date) in [("ru", russian), ("kk", kazakh), ("en", english)] {
            let movements = [at(moment)];
            let history = HistoryPage { movements: &movements, page: 0, more: false };
            let text = read(&View::of(&set, Some(language)).balance(Balance::default(), &history));
            assert!(text.lines().last().unwrap().starts_with(&format!("{date}  +1")), "{text}");
        }
    }
}

#[test]
fn commands_are_listed_in_each_language() {
    let set = set();
    for (language, first) in [("ru", "Главное меню"), ("kk", "Басты мәзір"), ("en", "Main menu")]
    {
        let commands = View::of(&set, Some(language)).commands();
        assert_eq!(commands[0], ("start", first.to_owned()));
        let required = ["support", "paysupport", "terms", "privacy", "deleteme"];
        assert!(required.iter().all(|name| commands.iter().any(|(listed, _)| listed == name)));
    }
}

#[test]
fn days_are_written_as_each_language_writes_them() {
    let set = set();
    let day = |written| Day::parse(written);
    let (first, last) = (day("2026-11-06").unwrap(), day("2026-12-01").unwrap());
    for (language, alone, period, short, weekdays) in [
        ("ru", "06.11.2026", "06.11.2026 — 01.12.2026", "06.11–01.12", "сб, вс"),
        ("kk", "06.11.2026", "06.11.2026 — 01.12.2026", "06.11–01.12", "сб, жс"),
        ("en", "6 Nov 2026", "6 Nov 2026 – 1 Dec 2026", "6 Nov–1 Dec", "Sat, Sun"),
    ] {
        let view = View::of(&set, Some(language));
        let told = |value| match value {
            Value::Html(html) => html,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(view.period(first, first)), alone);
        assert_eq!(told(view.period(first, last)), period);
        assert_eq!(view.span(Some(first), Some(last)), short);
        assert_eq!(view.span(Some(first), Some(first)), short.split('–').next().unwrap());
        assert_eq!(view.span(Some(first), None), format!("{}–", short.split('–').next().unwrap()));
        assert_eq!(view.weekdays(&[Weekday::Saturday, Weekday::Sunday]), weekdays);
    }
}
