//! Reads the parameters of a call: what is missing, unknown or of the wrong kind is refused as Stripe refuses it.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The parameters of one call, or of one branch of it.
pub(super) struct Params {
    prefix: String,
    fields: Map<String, Value>,
}

impl Params {
    pub fn new(fields: Map<String, Value>) -> Self {
        Self { prefix: String::new(), fields }
    }

    /// Refuses what the call does not know. `expand` is known to all.
    pub fn only(self, known: &[&str]) -> Result<Self, Refusal> {
        let stranger = self.fields.keys().find(|name| *name != "expand" && !known.contains(&name.as_str()));
        stranger.map_or(Ok(()), |name| Err(Refusal::unknown(&self.name(name))))?;
        Ok(self)
    }

    fn name(&self, field: &str) -> String {
        if self.prefix.is_empty() { field.to_owned() } else { format!("{}[{field}]", self.prefix) }
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Refusal::invalid("Invalid string").param(&self.name(name))),
        }
    }

    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::missing(&self.name(name)))
    }

    pub fn whole(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text.parse().map_err(|_| {
            let message = format!("Invalid integer: {text}");
            Refusal::invalid(message).code("parameter_invalid_integer").param(&self.name(name))
        })?;
        Ok(Some(number))
    }

    /// A branch by its name; an absent one is empty.
    pub fn branch(&self, name: &str) -> Result<Self, Refusal> {
        let prefix = self.name(name);
        match self.fields.get(name) {
            None => Ok(Self { prefix, fields: Map::new() }),
            Some(Value::Object(fields)) => Ok(Self { prefix, fields: fields.clone() }),
            Some(Value::String(text)) if text.is_empty() => Ok(Self { prefix, fields: Map::new() }),
            Some(_) => Err(Refusal::invalid("Invalid object").param(&prefix)),
        }
    }

    /// A list of branches.
    pub fn branches(&self, name: &str) -> Result<Vec<Self>, Refusal> {
        let list = match self.fields.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) => list.clone(),
            Some(_) => return Err(Refusal::invalid("Invalid array").param(&self.name(name))),
        };
        let branch = |(n, value)| match value {
            Value::Object(fields) => Ok(Self { prefix: format!("{}[{n}]", self.name(name)), fields }),
            _ => Err(Refusal::invalid("Invalid object").param(&self.name(name))),
        };
        list.into_iter().enumerate().map(branch).collect()
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        let list = self.fields.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Up to 50 pairs, names of 40 and values of 500 characters.
    pub fn metadata(&self) -> Result<Value, Refusal> {
        let pairs = self.branch("metadata")?.fields;
        let name = self.name("metadata");
        if pairs.len() > 50 {
            return Err(Refusal::invalid("Metadata can only have 50 keys").param(&name));
        }
        for (key, value) in &pairs {
            let text = value.as_str().ok_or_else(|| Refusal::invalid("Invalid string").param(&name))?;
            if key.chars().count() > 40 || text.chars().count() > 500 {
                let message = "Metadata keys must be up to 40 characters long, values up to 500";
                return Err(Refusal::invalid(message).param(&name));
            }
        }
        Ok(Value::Object(pairs.into_iter().filter(|(_, value)| value != "").collect()))
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }
}
