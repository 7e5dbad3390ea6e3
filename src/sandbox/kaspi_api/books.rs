//! The gateway's invoices and refunds, and what may become of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// As long as an invoice waits in Kaspi.
const LIFE_SECONDS: i64 = 24 * 3600;

pub(super) struct Books {
    pub(super) now: i64,
    /// Ids begin here, so that those of another run are strangers.
    pub(super) first: u64,
    pub(super) next: u64,
    pub(super) signed_in: bool,
    pub(super) bot: Option<String>,
    pub(super) deliveries: Vec<u16>,
    pub(super) altered: BTreeMap<(u64, String), Value>,
    invoices: BTreeMap<u64, Row>,
    refunds: Vec<(u64, u64, i64)>,
    keys: BTreeMap<String, u64>,
}

/// An invoice. Amounts are tenge.
struct Row {
    amount: i64,
    phone: Option<String>,
    order: String,
    description: String,
    status: &'static str,
    created_at: i64,
    paid_at: Option<i64>,
    link: Option<String>,
}

/// What the merchant asks for.
pub(super) struct Wanted {
    pub(super) amount: i64,
    pub(super) phone: Option<String>,
    pub(super) order: String,
    pub(super) description: String,
    pub(super) key: Option<String>,
    /// Where the page of this server is.
    pub(super) origin: String,
}

impl Books {
    pub(super) fn new(first: u64) -> Self {
        Self {
            now: 0,
            first,
            next: 0,
            signed_in: true,
            bot: None,
            deliveries: Vec::new(),
            altered: BTreeMap::new(),
            invoices: BTreeMap::new(),
            refunds: Vec::new(),
            keys: BTreeMap::new(),
        }
    }

    /// The invoice, or the one that the same key made before.
    pub(super) fn make(&mut self, wanted: Wanted) -> Result<Value, Value> {
        if let Some(known) = wanted.key.as_ref().and_then(|key| self.keys.get(key)) {
            return Err(self.shown(*known).unwrap_or_default());
        }
        self.next += 1;
        let id = self.first + self.next;
        let link = wanted.phone.is_none().then(|| format!("{}/kaspi?invoice={id}", wanted.origin));
        let row = Row {
            amount: wanted.amount,
            phone: wanted.phone,
            order: wanted.order,
            description: wanted.description,
            status: "pending",
            created_at: self.now,
            paid_at: None,
            link,
        };
        self.invoices.insert(id, row);
        if let Some(key) = wanted.key {
            self.keys.insert(key, id);
        }
        Ok(self.shown(id).unwrap_or_default())
    }

    /// Changes an invoice and names the event that tells of it.
    pub(super) fn happen(&mut self, id: u64, what: &str) -> Result<(Value, &'static str), String> {
        let now = self.now;
        let row = self.invoices.get_mut(&id).ok_or("такого счёта нет")?;
        let mut event = "invoice.status_changed";
        row.status = match (what, row.status) {
            // Kaspi may say late that one which was closed has been paid.
            ("pay", "pending" | "expired" | "cancelled") => {
                row.paid_at = Some(now);
                "paid"
            }
            ("decline", "pending") => "cancelled",
            ("expire", "pending") => "expired",
            ("fail", "pending") => "error",
            ("refund", "paid") => {
                self.next += 1;
                self.refunds.push((self.first + self.next, id, row.amount));
                event = "invoice.refunded";
                "refunded"
            }
            (_, status) => return Err(format!("счёт сейчас «{status}»")),
        };
        Ok((self.shown(id).unwrap_or_default(), event))
    }

    /// The refund that was just made of an invoice.
    pub(super) fn refund(&mut self, id: u64) -> Result<Value, String> {
        self.happen(id, "refund")?;
        Ok(self.refunds_of(id).pop().unwrap_or_default())
    }

    pub(super) fn refunds_of(&self, invoice: u64) -> Vec<Value> {
        let his = self.refunds.iter().filter(|(_, of, _)| *of == invoice);
        his.map(|(id, of, amount)| {
            json!({"id": id, "invoice_id": of, "amount": format!("{amount}.00"), "status": "completed"})
        })
        .collect()
    }

    pub(super) fn expire_old(&mut self) {
        let late = self.now - LIFE_SECONDS;
        for row in self.invoices.values_mut() {
            if row.status == "pending" && row.created_at < late {
                row.status = "expired";
            }
        }
    }

    pub(super) fn newest(&self) -> Vec<Value> {
        self.invoices.keys().rev().filter_map(|id| self.shown(*id)).collect()
    }

    pub(super) fn shown(&self, id: u64) -> Option<Value> {
        let row = self.invoices.get(&id)?;
        let refunded: i64 = self.refunds.iter().filter(|(_, of, _)| *of == id).map(|(.., sum)| sum).sum();
        let mut shown = json!({
            "id": id,
            "external_order_id": row.order,
            "amount": format!("{}.00", row.amount),
            "status": row.status,
            "description": row.description,
            "phone_number": row.phone,
            "kaspi_invoice_id": format!("K{id}"),
            "total_refunded": format!("{refunded}.00"),
            "is_sandbox": false,
            "error_message": null,
            "paid_at": row.paid_at.map(moment),
            "created_at": moment(row.created_at),
        });
        if let Some(link) = &row.link {
            shown["qr_link"] = json!(link);
        }
        for ((of, field), value) in &self.altered {
            if *of == id {
                shown[field] = value.clone();
            }
        }
        Some(shown)
    }
}

/// As the gateway writes a moment, in Almaty.
pub(super) fn moment(seconds: i64) -> String {
    let here = chrono::DateTime::from_timestamp(seconds + 5 * 3600, 0).unwrap_or_default();
    format!("{}+05:00", here.format("%Y-%m-%dT%H:%M:%S"))
}
