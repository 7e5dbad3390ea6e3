//! Stripe's parameters: `line_items[0][price_data][currency]=kzt` becomes a tree, and every value stays a text.
//!
//! It knows no parameter by name but `metadata`, whose keys are the caller's own.

use serde_json::{Map, Value};
use url::form_urlencoded;

/// How deep a name may nest; the API itself stays below this.
const DEPTH: usize = 12;

/// Reads a query or a body. A name that makes no sense is its own error.
pub(super) fn parse(encoded: &[u8]) -> Result<Map<String, Value>, String> {
    let mut tree = Map::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        let path = path(&name).ok_or_else(|| format!("Invalid request (unreadable parameter: {name})"))?;
        let lies_across = || format!("Invalid request (conflicting parameter: {name})");
        put(&mut tree, &path, value.into_owned()).ok_or_else(lies_across)?;
    }
    for (name, value) in &mut tree {
        if name != "metadata" {
            lists(value);
        }
    }
    Ok(tree)
}

/// `a[b][0]` as its steps.
fn path(name: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut path = vec![first];
    while !rest.is_empty() {
        let end = rest.find(']').filter(|_| rest.starts_with('['))?;
        path.push(&rest[1..end]);
        rest = &rest[end + 1..];
    }
    (!first.is_empty() && path.len() <= DEPTH).then_some(path)
}

/// None where one name is used as a value and as a branch.
fn put(tree: &mut Map<String, Value>, path: &[&str], value: String) -> Option<()> {
    let (step, rest) = path.split_first()?;
    // `expand[]=x` counts on
    let step = if step.is_empty() { tree.len().to_string() } else { (*step).to_owned() };
    if rest.is_empty() {
        tree.insert(step, Value::String(value));
        return Some(());
    }
    let branch = tree.entry(step).or_insert_with(|| Value::Object(Map::new()));
    put(branch.as_object_mut()?, rest, value)
}

/// Turns branches whose names are 0, 1, 2 … into lists.
fn lists(value: &mut Value) {
    let Value::Object(branch) = value else { return };
    for (name, value) in branch.iter_mut() {
        if name != "metadata" {
            lists(value);
        }
    }
    let counted = |n: usize| branch.get(&n.to_string()).cloned();
    let list: Vec<Value> = (0..branch.len()).map_while(counted).collect();
    if !list.is_empty() && list.len() == branch.len() {
        *value = Value::Array(list);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_in_brackets_become_a_tree() {
        let form = b"mode=payment&line_items[0][price_data][currency]=kzt&line_items%5B0%5D%5Bquantity%5D=1\
            &expand[]=a&expand[]=b.c&metadata[0]=x&created[gte]=5";
        let expected = json!({
            "mode": "payment",
            "line_items": [{"price_data": {"currency": "kzt"}, "quantity": "1"}],
            "expand": ["a", "b.c"],
            "metadata": {"0": "x"},
            "created": {"gte": "5"},
        });
        assert_eq!(Value::Object(parse(form).unwrap()), expected);
    }

    #[test]
    fn names_without_sense_are_refused() {
        for form in ["[a]=1", "a[b=1", "a=1&a[b]=2", "a[b]c=1"] {
            assert!(parse(form.as_bytes()).is_err(), "{form}");
        }
        let deep = format!("a{}=1", "[b]".repeat(DEPTH));
        assert!(parse(deep.as_bytes()).is_err());
    }
}
