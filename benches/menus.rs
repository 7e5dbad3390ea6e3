//! How long it takes to draw the main menu: as a list of rows, and as a function in Luau that looks at who looks.
//!
//! A menu is drawn at every /start and a card's offers at every prompt, so a function has to be cheap; a list runs none.

#![allow(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use sora_bot::app::port::{ScriptSet, ScriptSource, Seeding};
use sora_bot::domain::menu::{MenuContext, MenuModel};
use sora_bot::domain::money::Tokens;
use sora_bot::script::{Folder, FolderSettings, Problem};

const DRAWN: usize = 20_000;
const TARGET: Duration = Duration::from_micros(50);
/// What an owner may write: every kind of field is read, rows are built.
const FUNCTION: &str = "return menus {
  main = draw.main(function(ctx)
    local rows = draw.rows()
    table.insert(rows, { 'generate', 'ideas' })
    table.insert(rows, { 'balance', 'queue' })
    if ctx.balance == 0 or #ctx.packages > 3 then table.insert(rows, 1, { 'buy' }) end
    if ctx.admin then table.insert(rows, { { url = 'https://example.com', text = 'own' } }) end
    local models = {}
    for _, model in ipairs(ctx.models) do
      if #models < 4 and model.from_price < ctx.balance then table.insert(models, { action = 'help', admin = true }) end
    end
    if #models > 0 then table.insert(rows, models) end
    if ctx.promo and ctx.promo.percent > 10 or ctx.language == 'ru' then table.insert(rows, { 'buy' }) end
    return rows
  end),
  quick = {},
  video = {},
  buy = {},
}";

fn main() -> Result<()> {
    let fixed = set(None)?;
    let computed = set(Some(FUNCTION))?;
    println!("drawing the main menu, {DRAWN} times:           median        p99");
    report("a list of rows", &fixed);
    let median = report("a function", &computed);
    println!(
        "target for a function: median below {TARGET:?}: {}",
        if median < TARGET { "kept" } else { "MISSED" }
    );
    ensure!(computed.faults.untold().is_none(), "the function has failed");
    Ok(())
}

/// The shipped scripts, perhaps with another `menus.lua`.
fn set(menus: Option<&str>) -> Result<ScriptSet> {
    let temp = tempfile::tempdir()?;
    let dir = |name: &str| temp.path().join(name);
    let settings = FolderSettings { scripts_dir: dir("scripts"), locales_dir: dir("locales") };
    let folder = Folder::new(settings.clone());
    folder.seed(&Seeding::default()).map_err(|error| anyhow!(error))?;
    if let Some(menus) = menus {
        fs::write(dir("scripts/menus.lua"), menus)?;
    }
    for words in fs::read_dir(dir("locales"))? {
        let path = words?.path();
        let source = fs::read_to_string(&path)?;
        ensure!(source.contains("labels = {"), "the words have labels");
        fs::write(&path, source.replacen("labels = {", "labels = { own = \"x\",", 1))?;
    }
    let listed =
        |problems: Vec<Problem>| anyhow!("{}", problems.iter().map(ToString::to_string).collect::<String>());
    Folder::load(&settings).map_err(listed).context("the scripts")
}

fn viewer(set: &ScriptSet) -> MenuContext {
    MenuContext {
        language: set.default_language.clone(),
        admin: true,
        balance: Tokens::new(742),
        models: set.catalog.models.iter().filter_map(MenuModel::of).collect(),
        packages: set.catalog.packages.clone(),
        promo: None,
    }
}

/// Prints one line and gives the median.
fn report(name: &str, set: &ScriptSet) -> Duration {
    let viewer = viewer(set);
    let mut took: Vec<Duration> = (0..DRAWN)
        .map(|_| {
            let started = Instant::now();
            black_box(set.menus.main.for_person(black_box(&viewer)));
            started.elapsed()
        })
        .collect();
    took.sort_unstable();
    let (median, p99) = (took[DRAWN / 2], took[DRAWN * 99 / 100]);
    println!("  {name:<40} {:>7.2} µs {:>7.2} µs", micros(median), micros(p99));
    median
}

fn micros(length: Duration) -> f64 {
    length.as_secs_f64() * 1e6
}
