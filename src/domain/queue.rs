//! Whose turn it is: one job of each user in turn, so that ten orders of one do not make another wait for ten.

use std::collections::BTreeMap;

use super::id::{JobId, UserId};

/// The waiting jobs in the order in which they will start.
///
/// `waiting` may come in any order; `served` is the turn at which a user's last job was started (0: never).
pub fn order(waiting: &[(UserId, JobId)], served: impl Fn(UserId) -> u64) -> Vec<JobId> {
    let mut by_user: BTreeMap<UserId, Vec<JobId>> = BTreeMap::new();
    for (user, job) in waiting {
        by_user.entry(*user).or_default().push(*job);
    }
    let mut ranked = Vec::with_capacity(waiting.len());
    for (user, mut jobs) in by_user {
        jobs.sort_unstable();
        // Who was served longest ago comes first in each round; between two never served, the older order.
        ranked.extend(jobs.iter().enumerate().map(|(round, job)| (round, served(user), jobs[0], *job)));
    }
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, _, _, job)| job).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(waiting: &[(i64, u64)], served: &[(i64, u64)], expected: &[u64]) {
        let waiting: Vec<_> = waiting.iter().map(|(user, job)| (UserId(*user), JobId(*job))).collect();
        let turn = |user: UserId| served.iter().find(|(id, _)| *id == user.0).map_or(0, |(_, turn)| *turn);
        let ids: Vec<u64> = order(&waiting, turn).into_iter().map(|job| job.0).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn one_users_jobs_start_in_the_order_he_placed_them() {
        check(&[(1, 3), (1, 1), (1, 2)], &[], &[1, 2, 3]);
    }

    #[test]
    fn another_user_waits_for_one_job_not_for_ten() {
        check(&[(1, 1), (1, 2), (1, 3), (2, 4)], &[], &[1, 4, 2, 3]);
    }

    #[test]
    fn who_was_served_longest_ago_comes_first() {
        check(&[(1, 1), (2, 2), (3, 3)], &[(1, 9), (2, 5)], &[3, 2, 1]);
    }
}
