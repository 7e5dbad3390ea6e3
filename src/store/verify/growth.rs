//! Promo codes and invitations against the tokens that they gave.

use super::*;
use crate::domain::money::Tokens;
use crate::store::codes::ClaimRecord;
use crate::store::referrals::ReferralRecord;

/// What a code or an invitation gave is written where it was promised.
pub(super) fn is_kept(book: &Snapshot, transfer: &Transfer, report: &mut Report) -> Result<(), StoreError> {
    let referral = |invited: UserId| -> Result<_, StoreError> {
        let kept: Option<ReferralRecord> = record(&book.referrals, invited.0)?;
        Ok(kept)
    };
    let fits = match &transfer.id {
        TransferId::Promo(code, user) => {
            let claim: Option<ClaimRecord> = record(&book.claims, (code.as_str(), user.0))?;
            claim.is_some_and(|claim| claim.tokens == Some(transfer.amount)) && transfer.user() == Some(*user)
        }
        TransferId::Inviter(invited) => referral(*invited)?.is_some_and(|kept| {
            transfer.user() == Some(kept.inviter)
                && kept.paid.is_some_and(|paid| paid.inviter == transfer.amount)
        }),
        TransferId::Invited(invited) => referral(*invited)?.is_some_and(|kept| {
            transfer.user() == Some(*invited) && kept.paid.is_some_and(|paid| paid.invited == transfer.amount)
        }),
        _ => true,
    };
    if !fits {
        report.broken("I17 growth", format!("nothing was promised for {}", transfer.id));
    }
    Ok(())
}

/// The counts of codes and inviters are those of their rows, and every promise that was kept has its transfer.
pub(super) fn all(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    claims(book, report)?;
    referrals(book, report)
}

fn claims(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let mut used = BTreeMap::<String, u64>::new();
    for row in book.claims.iter()? {
        let (key, bytes) = row?;
        let (code, user) = key.value();
        *used.entry(code.to_owned()).or_insert(0) += 1;
        let claim: ClaimRecord = codec::decode(bytes.value())?;
        let given = book.seq_of(&TransferId::Promo(code.to_owned(), UserId(user)))?.is_some();
        if given != claim.tokens.is_some() {
            report.broken("I17 growth", format!("user {user} used {code}, and his tokens say otherwise"));
        }
    }
    for row in book.code_uses.iter()? {
        let (code, uses) = row?;
        let found = used.remove(code.value()).unwrap_or(0);
        if found != uses.value() {
            let code = code.value();
            report
                .broken("I17 growth", format!("{code} was used {found} times, {} are counted", uses.value()));
        }
    }
    for (code, found) in used {
        report.broken("I17 growth", format!("{code} was used {found} times, none are counted"));
    }
    Ok(())
}

fn referrals(book: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let (mut rows, mut rewarded) = (0, BTreeMap::<i64, u64>::new());
    for row in book.referrals.iter()? {
        let (user, bytes) = row?;
        let user = UserId(user.value());
        let kept: ReferralRecord = codec::decode(bytes.value())?;
        rows += 1;
        if kept.inviter == user || book.invited.get((kept.inviter.0, user.0))?.is_none() {
            report.broken("I17 growth", format!("user {user} was invited by {}", kept.inviter));
        }
        *rewarded.entry(kept.inviter.0).or_insert(0) += u64::from(kept.paid.is_some());
        let promised = kept.paid.map_or((Tokens::ZERO, Tokens::ZERO), |paid| (paid.inviter, paid.invited));
        for (id, amount) in [(TransferId::Inviter(user), promised.0), (TransferId::Invited(user), promised.1)]
        {
            if book.seq_of(&id)?.is_some() != (amount > Tokens::ZERO) {
                report.broken("I17 growth", format!("{id} does not fit what was promised"));
            }
        }
    }
    if book.invited.len()? != rows {
        report
            .broken("I17 growth", format!("{} rows of {rows} people who were invited", book.invited.len()?));
    }
    for (inviter, people) in rewarded {
        if book.rewarded.get(inviter)?.map_or(0, |people| people.value()) != people {
            report.broken("I17 growth", format!("user {inviter} was rewarded for {people} people"));
        }
    }
    if book.rewarded.iter()?.any(|row| row.is_ok_and(|(_, people)| people.value() == 0)) {
        report.broken("I17 growth", "somebody was rewarded for nobody".to_owned());
    }
    Ok(())
}
