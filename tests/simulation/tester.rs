//! The tester tested: with one safeguard switched off, some world must notice it soon.

use super::run::Sabotage;
use super::seeds::play;

/// So many worlds are enough to find it out.
const SOON: u64 = 100;

fn is_caught(sabotage: Sabotage) -> String {
    let mut caught = None;
    play(1..1 + SOON, sabotage, |outcome| {
        let how = outcome.broken.map(|how| (outcome.seed, how));
        caught = caught.take().or(how);
        caught.is_none()
    });
    let (seed, how) = caught.unwrap_or_else(|| panic!("{sabotage:?} was not noticed in {SOON} worlds"));
    println!("{sabotage:?} is noticed in world {seed}: {how}");
    how
}

#[test]
fn a_disk_that_does_not_sync_is_noticed() {
    is_caught(Sabotage::NoSync);
}

#[cfg(feature = "failpoints")]
#[test]
fn each_safeguard_that_is_switched_off_is_noticed() {
    for safeguard in [
        "a payment is credited once",
        "a refund releases its hold",
        "a lost answer is looked up",
        "a notice waits until it has arrived",
        "a commit waits for the disk",
    ] {
        is_caught(Sabotage::Off(safeguard));
    }
}
