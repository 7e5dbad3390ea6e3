//! What an owner's saves may not do to a running bot: a broken one changes nothing, thousands of good ones never show a mix, and
//! the memory comes back after either.
//!
//! `RELOADS=10000 cargo test --release --test binary thousands_of_saves -- --nocapture` is the whole of it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use super::bot::Bot;
use super::reading::{button, buttons};
use super::world::{PATIENCE, Setup, USER, World, person};

const PRICING: &str = "scripts/pricing.lua";
/// What the memory may grow by.
const GROWTH_KIB: i64 = 5 * 1024;

/// An edit a line: in this file | replace this | by this | the mistake is on the line where this stands. `⏎` is a line's end.
const BROKEN: &str = r#"
scripts/pricing.lua | usd_rate = 480, | usd_rate = 480 | usd_rate_date
scripts/pricing.lua | "2026-11-22", | "2026-11-22, | "2026-11-22
scripts/pricing.lua | title = "Sora-2 · 720p" | title = “Sora-2” | title = “
scripts/pricing.lua | markup = 1.5 | markup = 1,5 | markup = 1,5
scripts/pricing.lua | engine = "sora" | engine = sora | engine = sora,
scripts/pricing.lua | local usd = | locale usd = | locale usd
scripts/pricing.lua | markup = 1.5 | markap = 1.5 | markap
scripts/pricing.lua | usd_rate = 480 | usd_rate = "480" | usd_rate = "480
scripts/pricing.lua | usd_rate = 480 | usd_rate = -480 | usd_rate = -480
scripts/pricing.lua | "2026-11-22" | "22.11.2026" | usd_rate_date
scripts/pricing.lua | percent = 2.9 | persent = 2.9 | persent
scripts/pricing.lua | seconds = { 4, 8, 12 } | secnods = { 4, 8, 12 } | secnods
scripts/pricing.lua | seconds = { 4, 8, 12 } | seconds = {} | seconds = {}
scripts/pricing.lua | seconds = { 4, 8, 12 } | seconds = { 4, 8.5, 12 } | seconds = { 4, 8.5
scripts/pricing.lua | seconds = { 4, 8, 12 } | seconds = { 4, 8, 8 } | seconds = { 4, 8, 8
scripts/pricing.lua | vertical = "720x1280" | vertical = "1280x720" | vertical = "1280x720
scripts/pricing.lua | wait_minutes = { 2, 5 } | wait_minutes = { 5, 2 } | wait_minutes = { 5, 2
scripts/pricing.lua | engine = "sora" | engine = "sara" | sara
scripts/pricing.lua | usd_per_second = 0.10 | usd_per_second = 0.1000001 | 0.1000001
scripts/pricing.lua | usd_per_second = 0.10 | usd_per_second = -0.10 | -0.10
scripts/pricing.lua | id = "sora-2" | id = "Sora 2" | Sora 2
scripts/pricing.lua | wait_minutes = { 2, 5 }, | wait_minutes = { 2, 5 }, hidden = "да", | "да"
scripts/pricing.lua | return pricing { | while true do end⏎return pricing { | while true
scripts/pricing.lua | return pricing { | local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end⏎return pricing { | local t = {}
scripts/pricing.lua | return pricing { | local s = 'x' while true do s = s .. s end⏎return pricing { | local s = 'x'
scripts/pricing.lua | return pricing { | local s = string.rep('x', 1e9)⏎return pricing { | local s = string.rep
scripts/pricing.lua | return pricing { | local t = {} for i = 1, 1e9 do t[i] = { i } end⏎return pricing { | local t = {}
scripts/pricing.lua | return pricing { | local function f() return 1 + f() end f()⏎return pricing { | local function f()
scripts/pricing.lua | return pricing { | coroutine.wrap(function() while true do end end)()⏎return pricing { | coroutine.wrap
scripts/pricing.lua | return pricing { | os.exit()⏎return pricing { | os.exit
scripts/pricing.lua | return pricing { | error('нарочно')⏎return pricing { | error(
scripts/packages.lua | / 100)⏎  end, | / 100)⏎ | }⏎
scripts/packages.lua | tokens = 1484, | tokens = 742, | tokens = 742, discount_percent = 10
scripts/packages.lua | 7420, discount_percent = 20 | 7420, discount_percent = 120 | = 120
scripts/packages.lua | 7420, discount_percent = 20 | 7420, discount_percent = 60 | = 60
scripts/packages.lua | tokens = 3710 | tokens = -3710 | -3710
scripts/packages.lua | discount_percent = 15 }, | discount_percent = 15, rails = { "kapsi" } }, | kapsi
scripts/menus.lua | quick = { | quick =  | video = {
scripts/menus.lua | return menus | retrun menus | retrun
scripts/menus.lua | { "help" } | { "halp" } | halp
scripts/menus.lua | model = "sora-2" | model = "sora-3" | sora-3
scripts/menus.lua | seconds = 8 | seconds = 7 | seconds = 7
scripts/menus.lua | text = "quick_fast" | text = "quick_fats" | quick_fats
scripts/menus.lua | first_shape = "vertical" | first_shape = "upright" | upright
scripts/ideas.lua | id = "jazz-cat" | id = "space-dog" | ideas = {
locales/ru.lua | few = "токена", | fev = "токена", | fev
locales/ru.lua | help = [[<b>Как | help = [[<i>Как | help = [[<i>
locales/ru.lua | "🎬 Создать видео" | "<b>🎬 Создать видео</b>" | button_generate = "<b>
locales/ru.lua | счёте {balance:token} | счёте {balanse:token} | balanse
locales/ru.lua | language_set = "Хорошо, | langage_set = "Хорошо, | langage_set
"#;

/// A log that is read on from where it was read to.
#[derive(Default)]
struct Log {
    read: usize,
    times: usize,
}

impl Log {
    /// Waits until there have been so many lines with these words; gives what was written meanwhile.
    async fn holds(&mut self, bot: &Bot, words: &str, times: usize) -> String {
        let (patience, mut fresh) = (Instant::now() + PATIENCE, String::new());
        loop {
            let more = bot.lines_after(self.read);
            let whole = more.rfind('\n').map_or("", |end| &more[..=end]);
            self.read += whole.len();
            self.times += whole.matches(words).count();
            fresh.push_str(whole);
            if self.times >= times {
                return fresh;
            }
            assert!(Instant::now() < patience, "{words} was not said {times} times: {fresh}");
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A bot with all files in its folder. Nobody is told of each reload: a chat takes one message a second.
async fn folder() -> (World, Bot) {
    let world = World::new(Setup { filter: "info", ..Setup::default() }).await;
    let bot = world.start_with(&[("ADMIN_USER_ID", "")]);
    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    (world, bot)
}

#[tokio::test]
async fn fifty_broken_saves_are_refused_by_their_line_and_the_bot_goes_on() {
    let (world, bot) = folder().await;
    let edits: Vec<&str> = BROKEN.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(edits.len(), 50);
    let (mut before, mut log) = (0, Log::default());
    for (nth, edit) in edits.iter().enumerate() {
        let columns: Vec<_> = edit.split(" | ").map(|column| column.replace('⏎', "\n")).collect();
        let [name, from, to, at] = &columns[..] else { panic!("four columns: {edit}") };
        let path = world.home().join(name);
        let good = fs::read_to_string(&path).unwrap();
        let broken = good.replacen(from, to, 1);
        let at =
            broken.find(at.as_str()).filter(|_| broken != good).unwrap_or_else(|| panic!("nowhere: {edit}"));
        let place = format!("{name}:{}:", broken[..at].matches('\n').count() + 1);
        fs::write(&path, &broken).unwrap();
        let told = log.holds(&bot, "the last good ones stay in force", nth + 1).await;
        // what follows the first line of an event comes with it
        let told = told + &bot.lines_after(log.read);
        assert!(told.contains(&place), "{edit}: not {place} in {told}");
        // somebody new each time: a chat takes a message a second
        let who = 20_000 + i64::try_from(nth).unwrap();
        world.telegram.add_person(person(who, "guest"));
        world.says(who, "/generate кот на крыше");
        world.sees(who, "Ваше видео").await;
        world.finds(who, |messages| button(messages, "742 ₸"), "the price of before").await;
        fs::write(&path, &good).unwrap();
        if nth == 0 {
            sleep(Duration::from_secs(1)).await;
            before = bot.memory_kib();
        }
    }
    sleep(Duration::from_secs(1)).await;
    let after = bot.memory_kib();
    println!("fifty broken saves: memory {before} → {after} KiB");
    assert!(after - before <= GROWTH_KIB, "memory {before} → {after} KiB");
    world.finish(bot).await;
}

/// Dollars that the engine asks for the shortest film of each model, and for eight seconds of the two quick offers.
const SHORTEST: [f64; 3] = [0.4, 1.2, 2.0];
const QUICK: [f64; 2] = [0.8, 2.4];
const MARKUPS: [f64; 3] = [1.5, 1.6, 1.7];
const TAPPERS: i64 = 8;
/// A chat takes an edit a second.
const PACE: Duration = Duration::from_millis(1_050);

/// As the shipped formula has it.
fn price(cost: f64, markup: f64) -> i64 {
    ((cost * markup + 0.30) * 480.0 / (1.0 - 0.029) - 1e-6).ceil() as i64
}

/// Saves a version whose titles and prices both say which one it is.
fn save(world: &World, pricing: &str, round: usize) {
    let version = round % 3;
    let saved = pricing
        .replace("markup = 1.5", &format!("markup = {}", MARKUPS[version]))
        .replace("0p\",", &format!("0p v{version}\","));
    let (path, fresh) = (world.home().join(PRICING), world.home().join("scripts/.pricing.tmp"));
    fs::write(&fresh, saved).unwrap();
    fs::rename(fresh, path).unwrap();
}

/// Prices on buttons, in their order.
fn prices(labels: &[(String, String)]) -> Vec<i64> {
    let price = |label: &str| {
        let before = label.strip_suffix(" ₸")?;
        let digits = before.rsplit(|sign: char| !sign.is_ascii_digit() && sign != ' ').next()?;
        digits.replace(' ', "").parse().ok()
    };
    labels.iter().filter_map(|(label, _)| price(label)).collect()
}

/// Panics at a message of which one part is of one version and another part of another.
fn is_whole(labels: &[(String, String)]) {
    let shown = prices(labels);
    let of = |costs: &[f64], markup: f64| costs.iter().map(|cost| price(*cost, markup)).collect::<Vec<_>>();
    let versions: Vec<&str> =
        labels.iter().filter_map(|(label, _)| label.split(" v").nth(1)?.split(' ').next()).collect();
    let right = match versions.first() {
        None => MARKUPS.iter().any(|markup| shown == of(&QUICK, *markup)),
        Some(version) => {
            let markup = MARKUPS[version.parse::<usize>().unwrap()];
            versions.iter().all(|other| other == version) && shown == of(&SHORTEST, markup)
        }
    };
    assert!(right, "half of one version and half of another: {labels:?}");
}

/// The buttons of the newest message, if one of them says this.
fn screen(messages: &[Value], part: &str) -> Option<(i64, Vec<(String, String)>)> {
    let newest = messages.last()?;
    let labels = buttons(newest);
    let found = labels.iter().any(|(label, _)| label.contains(part));
    found.then(|| (newest["message_id"].as_i64().unwrap(), labels))
}

/// Opens the models and goes back, again and again; each tap has to change what is seen.
async fn tap_on(world: &World, who: i64, over: &AtomicBool, taps: &AtomicUsize) {
    world.telegram.add_person(person(who, "tapper"));
    world.says(who, "/generate кот на крыше");
    while !over.load(Ordering::Relaxed) {
        for (here, tapped) in [("⚡️", "Настроить"), ("Sora-2 Pro · 1080p", "Назад")] {
            let (message, labels) = world.finds(who, |messages| screen(messages, here), here).await;
            is_whole(&labels);
            sleep(PACE).await;
            let (_, data) = labels.iter().find(|(label, _)| label.contains(tapped)).unwrap();
            world.telegram.taps(who, message, data);
            taps.fetch_add(1, Ordering::Relaxed);
        }
    }
    world.finds(who, |messages| screen(messages, "⚡️"), "the last answer").await;
}

#[tokio::test]
async fn thousands_of_saves_under_taps_never_show_a_mix() {
    let asked = std::env::var("RELOADS").ok().and_then(|reloads| reloads.parse::<usize>().ok());
    let reloads = asked.unwrap_or(30);
    let (world, bot) = folder().await;
    let pricing = fs::read_to_string(world.home().join(PRICING)).unwrap();
    save(&world, &pricing, 0);
    let mut log = Log::default();
    log.holds(&bot, "new scripts are in force", 1).await;
    let (world, over, taps) =
        (Arc::new(world), Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let tappers: Vec<_> = (0..TAPPERS)
        .map(|nth| {
            let (world, over, taps) = (world.clone(), over.clone(), taps.clone());
            tokio::spawn(async move { tap_on(&world, 30_000 + nth, &over, &taps).await })
        })
        .collect();
    let (began, mut tenth) = (Instant::now(), 0);
    for round in 1..=reloads {
        save(&world, &pricing, round);
        log.holds(&bot, "new scripts are in force", round + 1).await;
        if round == reloads / 10 {
            tenth = bot.memory_kib();
        }
        if round % 1_000 == 0 {
            println!("{round} reloads: memory {} KiB, {:?}", bot.memory_kib(), began.elapsed());
        }
    }
    let last = bot.memory_kib();
    over.store(true, Ordering::Relaxed);
    for tapper in tappers {
        tapper.await.unwrap();
    }
    println!(
        "{reloads} reloads in {:?} under {} taps, each answered and whole; memory at {}: {tenth} KiB, at the end: {last} KiB",
        began.elapsed(),
        taps.load(Ordering::Relaxed),
        reloads / 10
    );
    assert!(asked.is_none() || last - tenth <= GROWTH_KIB, "memory {tenth} → {last} KiB");
    let Ok(world) = Arc::try_unwrap(world) else { panic!("somebody still taps") };
    world.finish(bot).await;
}
