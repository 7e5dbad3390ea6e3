//! What admins read of people: whatever somebody calls himself, it fits and its markup stays whole, in every language.

use super::limits::{assert_sound, nasty};
use super::*;
use crate::app::{
    Act, Asking, AuditEntry, AuditRow, By, Crowd, Dealings, Dossier, Giving, HandoutDone, PaidBack,
};
use crate::domain::id::{PurchaseId, UpdateId};
use crate::domain::purchase::{Evidence, Purchase, PurchaseState};
use crate::domain::rail::{Money, Way};
use crate::domain::role::Role;
use crate::domain::user::User;

const AT: Timestamp = Timestamp(1_800_000_000_000);

fn user(name: &str) -> User {
    let profile = Profile {
        first_name: name.to_owned(),
        username: Some("u".repeat(32)),
        language: Some("ru".to_owned()),
    };
    User { id: UserId(i64::MAX), profile, since: AT }
}

fn dossier(name: &str) -> Dossier {
    let balance = Balance { available: Tokens::CAP, held: Tokens::CAP, debt: Tokens::CAP };
    let dealings = Dealings {
        bought: Tokens::CAP,
        given: Tokens::CAP,
        orders: u64::MAX,
        films: u64::MAX,
        spent: Tokens::CAP,
    };
    let language = Some(name.to_owned());
    Dossier { user: user(name), language, balance, seen: None, banned: Some(AT), dealings }
}

fn purchase() -> Purchase {
    Purchase {
        id: PurchaseId(u64::MAX >> 20),
        user: UserId(1),
        way: Way::KaspiGateway,
        tokens: Tokens::CAP,
        price: Money::tiyn(crate::domain::money::Tiyn::new(i64::MAX)),
        worth: crate::domain::money::Tiyn::new(1),
        card: None,
        created_at: AT,
        expires_at: AT,
        state: PurchaseState::Quarantined,
        credited: Tokens::ZERO,
        reference: None,
        link: None,
        evidence: Evidence::default(),
    }
}

fn rows(reason: &str) -> Vec<(AuditRow, Option<String>, Option<String>)> {
    let user = UserId(i64::MAX);
    let money = |action: &str| Act::Money {
        action: action.to_owned(),
        user,
        amount: Tokens::CAP,
        transfer: format!("{action}:17"),
    };
    let acts = [
        money("topup"),
        money("grant"),
        money("refund"),
        money("confirm"),
        Act::Scripts { before: "a".repeat(12), after: "b".repeat(12) },
        Act::Purchase { action: "reject".to_owned(), user, purchase: PurchaseId(u64::MAX) },
        Act::Payment { action: "dismiss".to_owned(), way: Way::Stars, payment: reason.to_owned() },
        Act::Person { action: "ban".to_owned(), user },
        Act::Person { action: "unban".to_owned(), user },
        Act::Order { action: "refund".to_owned(), user, job: JobId(u64::MAX) },
    ];
    let row = |act| AuditRow {
        seq: u64::MAX,
        entry: AuditEntry { by: By::Admin(user), act, at: AT },
        reason: Some(reason.to_owned()),
    };
    acts.map(|act| (row(act), Some(reason.to_owned()), Some(reason.to_owned()))).into()
}

#[test]
fn whatever_people_are_called_admins_read_whole_messages_in_every_language() {
    let set = set();
    for language in ["ru", "kk", "en"] {
        let view = View::of(&set, Some(language));
        for name in nasty() {
            let dossier = dossier(&name);
            let turn = Turn { page: 1, more: true };
            let crowd =
                Crowd { total: 9, new_today: 9, new_lately: 9, active: 9, buyers: 9, banned: u64::MAX };
            let people = vec![(user(&name), dossier.balance); 10];
            let movement = Movement {
                reason: MovementReason::Refund(JobId(u64::MAX)),
                amount: Tokens::CAP,
                at: AT,
                balance_after: Tokens::CAP,
            };
            let movements = vec![movement; 10];
            let history = HistoryPage { movements: &movements, page: 3, more: true };
            let asking = Asking {
                number: UpdateId(u64::MAX),
                giving: Giving::TopUp,
                people: vec![(user(&name), Some(AT)), (user(&name), None)],
                amount: Tokens::CAP,
                large: true,
                stale: true,
            };
            let done = HandoutDone {
                user: UserId(i64::MAX),
                profile: user(&name).profile,
                giving: Giving::Grant,
                amount: Tokens::CAP,
                before: Tokens::CAP,
                after: Tokens::CAP,
                repeated: false,
            };
            let back = PaidBack { user: UserId(1), amount: Tokens::CAP, captured: false, was_running: true };
            let orders = vec![job(&name, JobState::Cancelled); 10];
            for screen in [
                view.people(Some(crowd), &people, turn),
                view.person(&dossier, &history, Some(Role::Cashier), true),
                view.person(&dossier, &history, None, true),
                view.person_movements(&dossier, &history),
                view.person_orders(&dossier, &orders, turn),
                view.person_purchases(&dossier, &vec![purchase(); 10], turn),
                view.audit(&rows(&name), turn),
                view.audit(&[], turn),
                view.ask_to_hand_out(&asking),
                view.handed_out(&done),
                view.nobody(&name),
                view.paid_back_by_admin(JobId(u64::MAX), &back, &done.profile),
                view.about(TextKey::BanDone, UserId(1), &done.profile),
                view.granted(Tokens::CAP, Tokens::CAP),
                view.plain(TextKey::Banned),
                view.plain(TextKey::Unbanned),
            ] {
                assert_sound(&screen, MESSAGE_LIMIT);
                assert!(screen.buttons.iter().flatten().all(|button| !button.label.is_empty()));
            }
        }
    }
}

fn longest_broadcast(most: u64) -> crate::domain::broadcast::Broadcast {
    use crate::domain::broadcast::{BROADCAST_LIMIT, Broadcast, BroadcastState, Segment, Tally};

    Broadcast {
        number: most,
        by: UserId(1),
        text: "&".repeat(BROADCAST_LIMIT),
        segment: Segment::Language("kk".to_owned()),
        state: BroadcastState::Running,
        created_at: AT,
        started_at: Some(AT),
        ended_at: None,
        tally: Tally { sent: most, blocked: most, failed: most },
    }
}

#[test]
fn codes_invitations_and_messages_to_many_fit_in_every_language() {
    use crate::app::{ClaimRefusal, Claimed, CodeOutcome, Discount, Invitations};
    use crate::domain::broadcast::Segment;
    use crate::domain::day::Day;
    use crate::domain::growth::{CodeGives, PromoCode, Referral};
    use crate::domain::notice::BonusReason;

    let set = set();
    let (day, most) = (Day::at(AT, 0), u64::MAX);
    let code = PromoCode {
        code: "W".repeat(20),
        gives: CodeGives::Discount { percent: 90, days: 365 },
        uses: Some(most),
        from: Some(day),
        to: Some(day),
        newcomers: true,
        allow_loss: false,
    };
    let broadcast = longest_broadcast(most);
    let segments = vec![
        (Segment::All, most),
        (Segment::Buyers, most),
        (Segment::Newcomers, most),
        (Segment::Away(365), most),
        (Segment::Language("kk".to_owned()), most),
    ];
    for language in ["ru", "kk", "en"] {
        let view = View::of(&set, Some(language));
        let link = format!("https://t.me/{}?start=ref_{}", "b".repeat(32), "z".repeat(13));
        let promised = Referral { inviter: Tokens::CAP, invited: Tokens::CAP, most };
        let so_far = Invitations { came: most, rewarded: most, earned: Tokens::CAP };
        let discount = Discount { code: code.code.clone(), percent: 90, last: day };
        let claimed = [
            CodeOutcome::Claimed(Claimed::Tokens { amount: Tokens::CAP, available: Tokens::CAP }),
            CodeOutcome::Claimed(Claimed::Discount(discount)),
            CodeOutcome::Unknown,
            CodeOutcome::NotToday,
            CodeOutcome::Refused(ClaimRefusal::Already),
            CodeOutcome::Refused(ClaimRefusal::UsedUp),
            CodeOutcome::Refused(ClaimRefusal::NotNew),
            CodeOutcome::Refused(ClaimRefusal::Banned),
        ];
        let mut screens: Vec<Screen> = claimed.iter().map(|outcome| view.code_used(outcome)).collect();
        screens.extend([
            view.codes(&vec![(code.clone(), most); 100]),
            view.codes(&[]),
            view.invite(&link, &promised, &so_far),
            view.bonus(Tokens::CAP, BonusReason::Inviter, Tokens::CAP),
            view.bonus(Tokens::CAP, BonusReason::Invited, Tokens::CAP),
            view.nudge(Tokens::CAP),
            view.notifications(true, false, true),
            view.notifications(false, true, false),
            view.broadcast(&broadcast.text),
            view.broadcast_choice(most, &segments),
            view.broadcast_ask(most, &Segment::Away(365), most),
            view.broadcast_status(&broadcast),
            view.alert(&Alert::WelcomesUsedUp { most }, None),
        ]);
        for screen in screens {
            assert_sound(&screen, MESSAGE_LIMIT);
            assert!(!read(&screen).is_empty() && read(&screen).chars().all(|c| c != '{'));
        }
    }
}
