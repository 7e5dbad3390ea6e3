//! The machine in which menus of one set are computed while that set is in force: one, behind a lock, short calls, little
//! memory. Whatever a script does in it, the caller gets rows or a `Problem`, and the memory comes back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mlua::{Function, Table, Value};

use super::{Button, Known};
use crate::app::port::Faults;
use crate::domain::catalog::Package;
use crate::domain::menu::{MenuContext, MenuModel, Rows};
use crate::script::machine::Machine;
use crate::script::problem::{Problem, Report, Wrong};
use crate::script::tree::Node;

/// A failure that took this long keeps others waiting …
const DEAR: Duration = Duration::from_millis(5);
/// … and after so many of them the machine is switched off until the scripts change.
const PATIENCE: u32 = 3;
/// Bytes that a script may have kept for itself after a failure. One that hoards more is switched off at once.
const HOARD: usize = 1024 * 1024;

pub(super) struct Live {
    file: String,
    /// To show the line that fails.
    source: Arc<str>,
    pub(super) known: Known,
    faults: Arc<Faults>,
    /// None: switched off, or never needed.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    machine: Machine,
    formulas: BTreeMap<&'static str, Formula>,
    seals: Option<Seals>,
    shelves: Option<Shelves>,
    /// Bytes in use after loading; None while the functions are being tried out.
    floor: Option<usize>,
    dear: u32,
}

/// What is sold, as a script sees it. It is the same for most who look, nobody can change it, and to make it anew for each would
/// take most of the time that a menu takes.
struct Shelves {
    models: Vec<MenuModel>,
    packages: Vec<Package>,
    as_seen: (Value, Value),
}

struct Formula {
    function: Function,
    line: Option<u32>,
}

/// What tells a script that it has misspelt a field of its context.
struct Seals {
    context: Table,
    model: Table,
    package: Table,
    promo: Table,
}

impl Live {
    pub(super) fn of(machine: &Machine, source: Arc<str>, known: Known, faults: Arc<Faults>) -> Self {
        let (file, machine) = (machine.file().to_owned(), machine.clone());
        let kept =
            Kept { machine, formulas: BTreeMap::new(), seals: None, shelves: None, floor: None, dear: 0 };
        Self { file, source, known, faults, kept: Mutex::new(Some(kept)) }
    }

    /// `line` is where the function stands.
    pub(super) fn add(&self, menu: &'static str, function: &Function, line: Option<u32>) {
        if let Some(kept) = self.lock().as_mut() {
            kept.formulas.insert(menu, Formula { function: function.clone(), line });
        }
    }

    /// All functions are there and have been tried: the machine goes into service, or away if there are none.
    pub(super) fn keep(&self, report: &mut Report) {
        let mut lock = self.lock();
        match lock.as_mut() {
            Some(kept) if !kept.formulas.is_empty() => {
                if let Err(problem) = kept.machine.keep() {
                    report.add(problem);
                }
                kept.floor = Some(kept.machine.collected());
            }
            _ => *lock = None,
        }
    }

    /// What the function of this menu gives.
    pub(super) fn draw<B: Button>(
        &self,
        menu: &'static str,
        context: &MenuContext,
    ) -> Result<Rows<B>, Problem> {
        let mut report = Report::new(&self.file, Arc::clone(&self.source));
        let node = self.call(menu, context, &mut report);
        let rows = node.and_then(|node| B::rows(&node, menu, &self.known, &mut report));
        match (rows, report.into_problems().into_iter().next()) {
            (Some(rows), None) => Ok(rows),
            (_, problem) => {
                let problem = problem.unwrap_or_else(|| self.problem("меню выключено до новой версии файла"));
                let line = self.lock().as_ref().and_then(|kept| kept.formulas.get(menu)?.line);
                Err(Problem { line: problem.line.or(line), ..problem }.shown_in(&self.source))
            }
        }
    }

    /// The same for somebody who waits: what went wrong is noted to be told, and he gets None.
    pub(super) fn drawn<B: Button>(&self, menu: &'static str, context: &MenuContext) -> Option<Rows<B>> {
        let drawn = self.draw(menu, context);
        if let Err(problem) = &drawn {
            tracing::warn!(menu, %problem, "a menu could not be computed; the one from its trial is shown");
            self.faults.note(format!("{problem:#}"));
        }
        drawn.ok()
    }

    fn call(&self, menu: &'static str, context: &MenuContext, report: &mut Report) -> Option<Node> {
        let mut lock = self.lock();
        let kept = lock.as_mut()?;
        let started = Instant::now();
        let node = match kept.call(menu, context) {
            Ok(value) => Node::copy(&value, menu, report),
            Err(problem) => {
                report.add(Problem { path: Some(menu.to_owned()), ..problem });
                None
            }
        };
        if node.is_none() && kept.is_spent(started.elapsed()) {
            tracing::warn!(menu, "computed menus are switched off until the scripts change");
            *lock = None;
        }
        node
    }

    fn problem(&self, message: &str) -> Problem {
        Wrong::from(message).into_problem(&self.file, None)
    }

    /// Bytes in use, garbage included; None when it is switched off.
    #[cfg(test)]
    pub(super) fn used(&self) -> Option<usize> {
        self.lock().as_ref().map(|kept| kept.machine.used())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn call(&mut self, menu: &'static str, context: &MenuContext) -> Result<Value, Problem> {
        if self.seals.is_none() {
            self.seals = Some(Seals::of(&self.machine)?);
        }
        let (Some(seals), Some(formula)) = (&self.seals, self.formulas.get(menu)) else {
            return Ok(Value::Nil);
        };
        let stale =
            |shelves: &Shelves| shelves.models != context.models || shelves.packages != context.packages;
        if self.shelves.as_ref().is_none_or(stale) {
            self.shelves = Some(seals.shelves(&self.machine, context)?);
        }
        let sold = self.shelves.as_ref().map_or((Value::Nil, Value::Nil), |shelves| shelves.as_seen.clone());
        let context = seals.context(&self.machine, context, sold)?;
        self.machine.call(&formula.function, &[context])
    }

    /// Gives the memory of a failed call back. Has the script cost too much?
    fn is_spent(&mut self, took: Duration) -> bool {
        let used = self.machine.collected();
        let Some(floor) = self.floor else {
            return false;
        };
        self.dear += u32::from(took > DEAR);
        self.dear >= PATIENCE || used > floor + HOARD
    }
}

impl Seals {
    fn of(machine: &Machine) -> Result<Self, Problem> {
        Ok(Self {
            context: machine.seal("ctx", &["language", "admin", "balance", "models", "packages", "promo"])?,
            model: machine.seal("ctx.models", &["id", "title", "from_price"])?,
            package: machine.seal("ctx.packages", &["tokens", "price", "discount_percent"])?,
            promo: machine.seal("ctx.promo", &["title", "percent"])?,
        })
    }

    fn shelves(&self, machine: &Machine, context: &MenuContext) -> Result<Shelves, Problem> {
        let models: Result<Vec<_>, _> =
            context.models.iter().map(|model| self.model(machine, model)).collect();
        let packages: Result<Vec<_>, _> =
            context.packages.iter().map(|package| self.package(machine, package)).collect();
        Ok(Shelves {
            models: context.models.clone(),
            packages: context.packages.clone(),
            as_seen: (machine.items(models?)?, machine.items(packages?)?),
        })
    }

    fn context(
        &self,
        machine: &Machine,
        context: &MenuContext,
        (models, packages): (Value, Value),
    ) -> Result<Table, Problem> {
        let promo = match &context.promo {
            None => Value::Boolean(false),
            Some(promo) => {
                let title = machine.text(&promo.title)?;
                let fields = vec![("title", title), ("percent", Value::Integer(i64::from(promo.percent)))];
                Value::Table(machine.sealed(&self.promo, fields)?)
            }
        };
        let fields = vec![
            ("language", machine.text(&context.language)?),
            ("admin", Value::Boolean(context.admin)),
            ("balance", Value::Integer(context.balance.get())),
            ("models", models),
            ("packages", packages),
            ("promo", promo),
        ];
        machine.sealed(&self.context, fields)
    }

    fn model(&self, machine: &Machine, model: &MenuModel) -> Result<Table, Problem> {
        let fields = vec![
            ("id", machine.text(model.id.as_str())?),
            ("title", machine.text(&model.title)?),
            ("from_price", Value::Integer(model.from_price.get())),
        ];
        machine.sealed(&self.model, fields)
    }

    fn package(&self, machine: &Machine, package: &Package) -> Result<Table, Problem> {
        let fields = vec![
            ("tokens", Value::Integer(package.tokens.get())),
            ("price", Value::Integer(package.price_tenge)),
            ("discount_percent", Value::Integer(i64::from(package.discount_percent))),
        ];
        machine.sealed(&self.package, fields)
    }
}
