//! The bank's questions and our answers: every result, in both forms, once and again, from whom it may come and from whom not.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::*;

fn answer(format: Format) -> (&'static str, String) {
    let answer = Answer {
        txn: Some(17),
        outcome: Outcome::Done,
        number: Some(3),
        sum: Some(Tiyn::new(133_600)),
        comment: Some("Пакет <&> \"1 484\"".to_owned()),
    };
    answer.written(format)
}

#[test]
fn both_forms_say_the_same() {
    let (kind, body) = answer(Format::Json);
    assert!(kind.starts_with("application/json"));
    let body: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({
        "txn_id": "17", "result": 0, "prv_txn_id": "3", "sum": "1336.00", "comment": "Пакет <&> \"1 484\"",
    });
    assert_eq!(body, expected);
    let (kind, body) = answer(Format::Xml);
    assert!(kind.starts_with("application/xml"));
    assert_eq!(
        body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><result>0</result><txn_id>17</txn_id><prv_txn_id>3\
         </prv_txn_id><sum>1336.00</sum><comment>Пакет &lt;&amp;&gt; &quot;1 484&quot;</comment></response>"
    );
    let (_, body) = Answer::of(None, Outcome::Failed).written(Format::Json);
    assert_eq!(body, r#"{"result":5}"#);
}

#[test]
fn a_question_is_read_exactly_or_not_at_all() {
    let read = |written: &str| {
        let asked = query(written).as_ref().and_then(Asked::read)?;
        let (sum, date) = match asked.command {
            Command::Check => (None, None),
            Command::Pay { sum, date } => (Some(sum.get()), date),
        };
        Some((asked.txn, asked.account, sum, date))
    };
    let pay = |txn, sum| Some((Some(txn), "4TG0K".to_owned(), Some(sum), None));
    for (written, expected) in [
        (
            "command=check&txn_id=17&account=4TG0K&sum=200.00",
            Some((Some(17), "4TG0K".to_owned(), None, None)),
        ),
        ("command=check&account=4TG0K", Some((None, "4TG0K".to_owned(), None, None))),
        ("command=check&account=4TG0K&sum=nothing", Some((None, "4TG0K".to_owned(), None, None))),
        ("command=pay&txn_id=17&account=4TG0K&sum=200.50", pay(17, 20_050)),
        ("command=pay&txn_id=000000000000000017&account=4TG0K&sum=200", pay(17, 20_000)),
        ("command=pay&txn_id=999999999999999999&account=4TG0K&sum=0.01", pay(999_999_999_999_999_999, 1)),
        ("account=%34TG0K&sum=1&txn_id=17&command=pay", pay(17, 100)),
        ("command=pay&txn_id=17&account=4TG0K&sum=1&txn_date=yesterday", pay(17, 100)),
        (
            "command=pay&txn_id=17&account=&sum=1&txn_date=20261126120000",
            Some((Some(17), String::new(), Some(100), Some("20261126120000".to_owned()))),
        ),
        ("", None),
        ("command=refund&txn_id=17&account=4TG0K&sum=1", None),
        ("command=pay&account=4TG0K&sum=1", None),
        ("command=pay&txn_id=17&account=4TG0K", None),
        ("command=pay&txn_id=17&account=4TG0K&sum=0", None),
        ("command=pay&txn_id=17&account=4TG0K&sum=-5", None),
        ("command=pay&txn_id=17&account=4TG0K&sum=5,00", None),
        ("command=pay&txn_id=17&account=4TG0K&sum=1.005", None),
        ("command=pay&txn_id=-17&account=4TG0K&sum=5", None),
        ("command=pay&txn_id=1234567890123456789&account=4TG0K&sum=5", None),
        // Of two the bank may mean one, and whoever stands between us the other.
        ("command=pay&txn_id=17&account=4TG0K&sum=5&sum=500", None),
        ("command=check&command=pay&txn_id=17&account=4TG0K&sum=5", None),
    ] {
        assert_eq!(read(written), expected, "{written}");
    }
}

#[test]
fn only_the_banks_own_addresses_are_heard() {
    let settings = |header: Option<&str>, secret: Option<&str>| BankSettings {
        addresses: vec!["194.187.247.152/32".parse().unwrap(), "10.8.0.0/16".parse().unwrap()],
        caller_header: header.map(str::to_owned),
        secret: secret.map(SecretString::from),
        format: Format::Json,
    };
    let from = |peer: [u8; 4], header: &str| WebhookRequest {
        peer: Some(IpAddr::V4(Ipv4Addr::from(peer))),
        headers: BTreeMap::from([("x-forwarded-for".to_owned(), header.to_owned())]),
        ..WebhookRequest::default()
    };
    let bank = [194, 187, 247, 152];
    for (header, peer, said, heard) in [
        (None, bank, "", true),
        (None, [10, 8, 3, 4], "", true),
        (None, [10, 9, 3, 4], "194.187.247.152", false),
        (Some("x-forwarded-for"), [127, 0, 0, 1], "194.187.247.152", true),
        (Some("x-forwarded-for"), [127, 0, 0, 1], "6.6.6.6, 194.187.247.152", true),
        (Some("x-forwarded-for"), [127, 0, 0, 1], "::ffff:194.187.247.152", true),
        // What stands first was written by whoever called the proxy.
        (Some("x-forwarded-for"), [127, 0, 0, 1], "194.187.247.152, 6.6.6.6", false),
        (Some("x-forwarded-for"), bank, "", false),
        (Some("x-real-ip"), bank, "194.187.247.152", false),
    ] {
        let (settings, request) = (settings(header, None), from(peer, said));
        assert_eq!(settings.lets_in(&request, None), heard, "{header:?} {peer:?} {said:?}");
    }
    for (said, heard) in
        [("data1=sesame", true), ("data1=sesam", false), ("", false), ("data1=sesame&data1=x", false)]
    {
        let settings = settings(None, Some("sesame"));
        assert_eq!(settings.lets_in(&from(bank, ""), query(said).as_ref()), heard, "{said}");
    }
    assert!(!settings(None, None).lets_in(&WebhookRequest::default(), None), "nobody knows who called");
}

#[test]
fn no_change_of_a_question_makes_it_panic() {
    let corpus = [
        "command=check&txn_id=17&account=4TG0K&sum=200.00",
        "command=pay&txn_id=123456789012345678&txn_date=20261126120000&account=4TG0K&sum=1336.00",
        "account=%34TG0K&sum=1&txn_id=000000000000000017&command=pay&data1=sesame",
        "command=pay&txn_id=17&account=%D0%9A%D0%BE%D1%82&sum=200.50",
    ];
    let corpus = corpus.map(|query| query.as_bytes().to_vec());
    crate::domain::fuzzing::nearly_right("Kaspi's question", &corpus, |bytes| {
        let Some(asked) = query(&String::from_utf8_lossy(bytes)).as_ref().and_then(Asked::read) else {
            return false;
        };
        assert!(asked.account.chars().count() <= ACCOUNT_LIMIT, "{}", asked.account);
        if let Command::Pay { sum, .. } = asked.command {
            assert!(asked.txn.is_some() && sum.get() > 0, "{:?} {sum}", asked.txn);
        }
        true
    });
}
