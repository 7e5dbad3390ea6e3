//! Kaspi calls us: each result of its protocol, and one answer however often it asks.

use super::*;

#[tokio::test]
async fn the_bank_hears_each_result_of_the_protocol() {
    let hall = hall().await;
    let purchase = hall.opens(Way::KaspiBank).await;
    let desk = hall.opens(Way::KaspiDesk).await;
    let code = purchase.code();
    let check = |account: String| format!("command=check&txn_id=1&account={account}&sum=200.00");
    let (result, found) = hall.result(&check(code.to_string())).await;
    assert_eq!((result, found["sum"].as_str()), (0, Some("1336.00")));
    for (query, expected) in [
        (check(code.to_string().to_lowercase()), 0),
        (check("4TG0X9".to_owned()), 1),
        (check(String::new()), 1),
        // One of another way is none of the bank's.
        (check(desk.code().to_string()), 1),
        ("command=nothing&txn_id=1&account=x&sum=1".to_owned(), 5),
        (format!("command=pay&txn_id=x&account={code}&sum=1336"), 5),
        (format!("command=pay&txn_id=2&account={code}&sum=minus"), 5),
        (format!("command=pay&account={code}&sum=1336"), 5),
        (String::new(), 5),
    ] {
        assert_eq!(hall.result(&query).await.0, expected, "{query}");
    }
    hall.ends_well(0);

    let pay = format!("command=pay&txn_id=77&account={code}&sum=1336.00&txn_date=20261126120000");
    let (result, paid) = hall.result(&pay).await;
    assert_eq!((result, paid["sum"].as_str(), paid["prv_txn_id"].as_str()), (0, Some("1336.00"), Some("1")));
    hall.ends_well(1_484);
    // The same payment again, even if it says something else now, is answered as before.
    for again in [&pay, &pay.replace("1336.00", "5000"), &pay.replace(&code.to_string(), "XXXXX")] {
        assert_eq!(hall.result(again).await, (0, paid.clone()), "{again}");
    }
    hall.ends_well(1_484);
    assert_eq!(hall.result(&check(code.to_string())).await.0, 3);

    let dropped = hall.opens(Way::KaspiBank).await;
    hall.app.drop_purchase(USER, dropped.id).await.unwrap().unwrap();
    assert_eq!(hall.result(&check(dropped.code().to_string())).await.0, 2);
    let doubted = hall.opens(Way::KaspiBank).await;
    hall.result(&format!("command=pay&txn_id=78&account={}&sum=0.50", doubted.code())).await;
    assert_eq!(hall.result(&check(doubted.code().to_string())).await.0, 4);
    hall.ends_well(1_484);
}

#[tokio::test]
async fn money_the_bank_has_taken_is_never_refused() {
    let hall = hall_in(Format::Xml).await;
    let purchase = hall.opens(Way::KaspiBank).await;
    let code = purchase.code();
    let pay =
        |txn: u64, account: &str, sum: &str| format!("command=pay&txn_id={txn}&account={account}&sum={sum}");
    // Less than the price, a token a tenge; more, the same; the exact price buys the package.
    for (txn, sum, expected) in [(1, "1000", 1_000), (2, "2000.99", 3_000), (3, "1336", 4_484)] {
        let (status, body) = hall.asks(&pay(txn, &code.to_string(), sum)).await;
        assert!(status == 200 && body.contains("<result>0</result>"), "{body}");
        hall.ends_well(expected);
    }
    let desk = hall.opens(Way::KaspiDesk).await;
    let strange = [(4, "nobody".to_owned()), (5, desk.code().to_string()), (6, String::new())];
    for (txn, account) in strange {
        let (_, body) = hall.asks(&pay(txn, &account, "700")).await;
        assert!(body.contains("<result>0</result>"), "{body}");
    }
    let (_, money) = hall.app.waiting_for_a_look().unwrap();
    let doubts: Vec<Doubt> = money.iter().map(|money| money.payment.doubt).collect();
    assert_eq!(doubts, [Doubt::NoPurchase, Doubt::Way, Doubt::NoPurchase]);
    // Nobody but a person can send it back over this way.
    let number = money[0].payment.number;
    let back = hall.app.send_back_doubted(ADMIN, number, "чужой".into()).await.unwrap();
    assert_eq!(back, Resolved::Dismissed);
    hall.ends_well(4_484);
}

#[tokio::test]
async fn one_payment_told_thirty_two_times_at_once_has_one_answer() {
    let hall = hall().await;
    let purchase = hall.opens(Way::KaspiBank).await;
    let query = format!("command=pay&txn_id=5&account={}&sum=1336.00", purchase.code());
    let answers = futures::future::join_all((0..32).map(|_| hall.asks(&query))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    hall.ends_well(1_484);
}
