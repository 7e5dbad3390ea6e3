//! How the bot is doing, as numbers in Prometheus' text format. Read from one look at everything; it changes nothing and names
//! nobody.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::{App, AppError};
use crate::domain::ledger::Account;

/// Beside each name stands the table whose rows it counts.
const COUNTED: [(&str, &str, &str); 8] = [
    ("queued_jobs", "queued", "Orders that wait for their turn"),
    ("outbox_notices", "outbox", "Messages that must arrive and have not yet"),
    ("parked_notices", "parked", "Messages for people who have blocked the bot"),
    ("inbox_updates", "inbox", "Updates that are not handled yet"),
    ("open_purchases", "open_purchases", "Purchases that may still be paid"),
    ("doubted_payments", "doubted", "Payments that wait for an admin"),
    ("users", "users", "People who have written to the bot"),
    ("transfers", "journal", "Entries of the ledger"),
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    name: String,
}

type Named = Family<Of, Gauge>;

impl App {
    /// All numbers, each with what it means.
    ///
    /// # Errors
    /// What the store says.
    pub fn metrics(&self) -> Result<String, AppError> {
        let mut registry = Registry::with_prefix("sora");
        self.store.meters().register(&mut registry);
        self.count_rows(&mut registry)?;
        self.count_phases(&mut registry)?;
        self.add_up_money(&mut registry)?;
        self.look_at_doors(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).expect("writing into a String does not fail");
        Ok(text)
    }

    fn count_rows(&self, registry: &mut Registry) -> Result<(), AppError> {
        let sizes = self.store.sizes()?;
        for (name, table, help) in COUNTED {
            let rows = sizes.iter().find(|(size, _)| *size == table).map_or(0, |(_, rows)| *rows);
            registry.register(name, help, gauge(rows));
        }
        let oldest = self.store.oldest_notice()?.map_or(0, |at| self.clock.now().since(at).as_secs());
        let help = "How long the oldest message that must arrive has waited";
        registry.register_with_unit("oldest_notice", help, Unit::Seconds, gauge(oldest));
        Ok(())
    }

    fn count_phases(&self, registry: &mut Registry) -> Result<(), AppError> {
        let phases = Named::default();
        for job in self.store.running()? {
            phases.get_or_create(&of(format!("{:?}", job.state.phase()))).inc();
        }
        registry.register("running_jobs", "Orders under way, by phase", phases);
        Ok(())
    }

    fn add_up_money(&self, registry: &mut Registry) -> Result<(), AppError> {
        let tokens = Named::default();
        for (account, balance) in self.store.house()? {
            // A mint's balance is below zero: what it has put into the world.
            let (name, amount) = match account {
                Account::Mint(mint) => {
                    (format!("minted {mint:?}"), balance.checked_neg().unwrap_or(i64::MAX))
                }
                other => (format!("{other:?}"), balance),
            };
            tokens.get_or_create(&of(name)).set(amount);
        }
        registry.register("house_tokens", "Tokens put into the world and earned, by account", tokens);
        Ok(())
    }

    fn look_at_doors(&self, registry: &mut Registry) {
        let (engines, now) = (Named::default(), self.clock.now());
        for engine in self.engines.names() {
            let open = i64::from(self.engines.is_open(&engine, now));
            engines.get_or_create(&of(engine.to_string())).set(open);
        }
        registry.register("engine_open", "1 where something can be rendered now", engines);
        let status = self.scripts.status();
        registry.register(
            "script_problems",
            "Mistakes in scripts that are not in force",
            gauge(status.problems.len() as u64),
        );
        let age = self.clock.now().since(status.loaded_at).as_secs();
        registry.register_with_unit(
            "scripts_age",
            "Since the scripts in force were loaded",
            Unit::Seconds,
            gauge(age),
        );
        if let Some(free) = self.disk.free(&self.settings.films) {
            let help = "Room where films lie; below delivery.least_free_mib nothing new is sold";
            registry.register_with_unit("disk_free", help, Unit::Bytes, gauge(free));
        }
        if let Some(bytes) = resident_bytes() {
            registry.register_with_unit(
                "resident_memory",
                "Memory of this process",
                Unit::Bytes,
                gauge(bytes),
            );
        }
    }
}

fn of(name: String) -> Of {
    Of { name }
}

fn gauge(value: u64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    gauge
}

/// As Linux tells it (proc_pid_statm); elsewhere nobody does.
fn resident_bytes() -> Option<u64> {
    const PAGE: u64 = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}
