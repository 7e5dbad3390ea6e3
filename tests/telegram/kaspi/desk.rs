//! The desk: many cashiers and one decision, and a receipt that is shown twice.

use super::*;

#[tokio::test]
async fn many_cashiers_at_once_make_one_decision() {
    for turn in 0..8_u64 {
        let hall = hall().await;
        let purchase = hall.opens(Way::KaspiDesk).await;
        let evidence = Evidence { receipt: Some("QR1".into()), ..Evidence::default() };
        hall.app.claim(None, USER, purchase.id, evidence).await.unwrap().unwrap();
        let app = &hall.app;
        let decided = futures::future::join_all((0..32_u64).map(|at| async move {
            let cashier = if at % 2 == 0 { ADMIN } else { OTHER };
            match (at + turn) % 3 {
                0 => app.confirm(None, cashier, purchase.id, None).await,
                1 => app.confirm(None, cashier, purchase.id, Some(Tiyn::new(50_000))).await,
                _ => app.reject(None, cashier, purchase.id, "не пришло".into()).await,
            }
        }));
        let decided = decided.await;
        let won: Vec<_> = decided.iter().flatten().collect();
        assert_eq!(won.len(), 1, "{decided:?}");
        let state = hall.state(purchase.id);
        let over = |refusal: &DeskRefusal| matches!(refusal, DeskRefusal::Over(known) if *known == state);
        assert!(decided.iter().filter_map(|one| one.as_ref().err()).all(over), "{decided:?}");
        hall.ends_well(won[0].purchase.credited.get());
        assert!(matches!(app.confirm(None, USER, purchase.id, None).await, Err(DeskRefusal::NotCashier)));
        assert!(matches!(app.confirm(None, ADMIN, PurchaseId(404), None).await, Err(DeskRefusal::Unknown)));
    }
}

#[tokio::test]
async fn a_receipt_shown_twice_is_told_to_whoever_looks_and_credited_once() {
    let hall = hall().await;
    let link = "https://receipt.kaspi.kz/web?extTranId=QR123456&sale_date=2026-11-26";
    let shown = |link: &str| Evidence { receipt: Some(link.to_owned()), ..Evidence::default() };
    let first = hall.opens(Way::KaspiDesk).await;
    hall.app.claim(None, USER, first.id, shown(link)).await.unwrap().unwrap();
    hall.ends_well(0);
    hall.app.confirm(None, ADMIN, first.id, None).await.unwrap();
    let second = hall.opens(Way::KaspiDesk).await;
    let same = link.replace("QR123456&sale_date=2026-11-26", "qr123456");
    hall.app.claim(None, USER, second.id, shown(&same)).await.unwrap().unwrap();
    let claim = hall.app.claim_on(second.id).unwrap().unwrap();
    assert_eq!(claim.used, Some(first.id));
    let refused = hall.app.confirm(None, ADMIN, second.id, None).await;
    assert!(matches!(refused, Err(DeskRefusal::ReceiptUsed(other)) if other == first.id), "{refused:?}");
    assert_eq!(hall.state(second.id), PurchaseState::Claimed);
    hall.ends_well(1_484);
    // Whoever is forgotten cannot show it again: what is kept of it is no text of his.
    hall.app.reject(None, ADMIN, second.id, "чек не тот".into()).await.unwrap();
    assert_eq!(hall.app.receipt_used(&shown(link)).unwrap(), Some(first.id));
    assert!(hall.app.purchase_of(UserId(404), first.id).unwrap().is_none());
}
