//! What the code or the link of a Kaspi receipt says: which receipt it is. It proves nothing, anybody can write a link: nothing is
//! credited for it. It keeps one receipt from serving twice, and shows an admin what to compare.
//!
//! The two forms of the link are those that public bots read; no real receipt was at hand.

use super::money::Tiyn;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// One and the same however its link is written.
    pub number: String,
    /// What was paid, where the link says it.
    pub sum: Option<Tiyn>,
    /// Its page, with nothing in it but what a receipt's link has.
    pub link: String,
}

const HOST: &str = "https://receipt.kaspi.kz/";
/// Longer than any link of theirs.
const LONGEST: usize = 500;

impl Receipt {
    /// The first link of a receipt among words, or in a code.
    pub fn find(words: &str) -> Option<Self> {
        words.split_whitespace().find_map(Self::parse)
    }

    /// Only their own host, over https, and only the pages of receipts: what looks like one and is not is nothing.
    pub fn parse(link: &str) -> Option<Self> {
        let link = link.trim();
        let host = link.get(..HOST.len()).filter(|host| host.eq_ignore_ascii_case(HOST))?;
        let rest = link[host.len()..].split('#').next()?;
        let (path, query) = rest.split_once('?').filter(|_| link.len() <= LONGEST)?;
        match path.trim_end_matches('/') {
            "web" => Self::sale(query),
            "web/fiscal" => Self::fiscal(query),
            _ => None,
        }
    }

    fn sale(query: &str) -> Option<Self> {
        let number = only(query, "extTranId").filter(|number| is_name(number))?;
        let date = only(query, "sale_date").filter(|date| is_moment(date));
        let date = date.map(|date| format!("&sale_date={date}")).unwrap_or_default();
        let link = format!("{HOST}web?extTranId={number}{date}");
        Some(Self { number: number.to_ascii_uppercase(), sum: None, link })
    }

    fn fiscal(query: &str) -> Option<Self> {
        let [sign, till] = ["i", "f"].map(|name| only(query, name).filter(|number| is_name(number)));
        let (sign, till) = (sign?, till?);
        let sum = only(query, "s").and_then(Tiyn::parse);
        let rest = ["s", "t"].map(|name| {
            let value = only(query, name).filter(|value| is_moment(value));
            value.map(|value| format!("&{name}={value}")).unwrap_or_default()
        });
        let link = format!("{HOST}web/fiscal?i={sign}&f={till}{}", rest.concat());
        let number = format!("{till}/{sign}").to_ascii_uppercase();
        Some(Self { number, sum, link })
    }
}

/// By what a receipt is known that somebody has shown: the number in its link, or whatever else was kept of it.
pub fn known_by(shown: &str) -> String {
    Receipt::parse(shown).map_or_else(|| shown.to_owned(), |receipt| receipt.number)
}

/// The value of a name that stands there once: of two it could be either.
fn only<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut found = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}

fn is_name(written: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (3..=64).contains(&written.len()) && written.bytes().all(plain)
}

fn is_moment(written: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'.' | b'%' | b'+');
    (1..=40).contains(&written.len()) && written.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_known_by_its_number_however_its_link_is_written() {
        for (link, number, sum) in [
            ("https://receipt.kaspi.kz/web?extTranId=QR123456&sale_date=2026-11-26", "QR123456", None),
            (
                "HTTPS://Receipt.Kaspi.KZ/web?sale_date=2026-11-26%2012:00&extTranId=qr123456",
                "QR123456",
                None,
            ),
            ("https://receipt.kaspi.kz/web/?extTranId=QR123456&utm=ad#top", "QR123456", None),
            (
                "https://receipt.kaspi.kz/web/fiscal?i=333444&f=010101&s=1336.00&t=20261126T120000",
                "010101/333444",
                Some(133_600),
            ),
            ("https://receipt.kaspi.kz/web/fiscal?f=010101&i=333444&s=x", "010101/333444", None),
        ] {
            let receipt = Receipt::parse(link).unwrap();
            assert_eq!((receipt.number.as_str(), receipt.sum.map(Tiyn::get)), (number, sum), "{link}");
            assert_eq!(Receipt::parse(&receipt.link).unwrap().number, number, "{link}");
            assert_eq!(known_by(link), number);
            assert_eq!(Receipt::find(&format!("Вот чек:\n{link} спасибо")), Some(receipt));
        }
        assert_eq!(known_by("picture 0a1b"), "picture 0a1b");
    }

    #[test]
    fn what_is_no_receipts_link_is_nothing() {
        let long = format!("https://receipt.kaspi.kz/web?extTranId=QR1234&x={}", "y".repeat(600));
        for link in [
            "",
            "https://receipt.kaspi.kz",
            "https://receipt.kaspi.kz/",
            "https://receipt.kaspi.kz/web",
            "http://receipt.kaspi.kz/web?extTranId=QR123456",
            "https://receipt.kaspi.kz.evil.kz/web?extTranId=QR123456",
            "https://receipt.kaspi.kz@evil.kz/web?extTranId=QR123456",
            "https://evil@receipt.kaspi.kz/web?extTranId=QR123456",
            "https://receipt.kaspi.kz:8443/web?extTranId=QR123456",
            "https://evil.kz/https://receipt.kaspi.kz/web?extTranId=QR123456",
            "https://receipt.kaspi.kz/../web?extTranId=QR123456",
            "https://receipt.kaspi.kz/web?extTranId=",
            "https://receipt.kaspi.kz/web?extTranId=QR%31",
            "https://receipt.kaspi.kz/web?extTranId=QR1234&extTranId=QR9999",
            "https://receipt.kaspi.kz/web/fiscal?i=333444",
            "https://receipt.kaspi.kz/api/v3/receipt/download?extTranId=QR123456",
            "https://pay.kaspi.kz/pay/abcdef",
            long.as_str(),
        ] {
            assert_eq!(Receipt::find(link), None, "{link}");
        }
    }

    #[test]
    fn no_change_of_a_link_makes_it_panic() {
        let corpus = [
            "https://receipt.kaspi.kz/web?extTranId=QR123456&sale_date=2026-11-26",
            "HTTPS://Receipt.Kaspi.KZ/web/?sale_date=2026-11-26%2012:00&extTranId=qr123456#top",
            "Вот чек:\nhttps://receipt.kaspi.kz/web/fiscal?i=333444&f=010101&s=1336.00&t=20261126T120000 спасибо",
        ];
        let corpus = corpus.map(|link| link.as_bytes().to_vec());
        crate::domain::fuzzing::nearly_right("receipt", &corpus, |bytes| {
            let Some(receipt) = Receipt::find(&String::from_utf8_lossy(bytes)) else { return false };
            assert!(receipt.link.starts_with(HOST), "{}", receipt.link);
            assert_eq!(known_by(&receipt.link), receipt.number, "its own link is another's");
            true
        });
    }
}
