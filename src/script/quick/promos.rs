//! Promotions put into `pricing.lua` and taken out again. What the owner wrote stays: a promotion that ends becomes a comment
//! with its day, ready to be used again.

use std::ops::Range;

use super::{added, computed};
use crate::domain::promo::Promo;
use crate::script::place::{Lines, begins_with_separator, item};

const PROMOS: &str = "promos";
/// Behind which field the list is put where there is none.
const NEIGHBOUR: &str = "usd_rate";

/// One promotion more, as the last of the list.
pub(super) fn add(text: &str, promo: &Promo) -> Result<String, String> {
    let new = written(promo);
    match Lines::of(text).value_of(PROMOS) {
        Some(_) => append(text, PROMOS, &new),
        None => added(text, NEIGHBOUR, &format!("{PROMOS} = {{ {new} }}")),
    }
}

/// One item more, as the last of a list that is there.
pub(super) fn append(text: &str, name: &str, new: &str) -> Result<String, String> {
    let list = Lines::of(text).value_of(name).filter(|list| is_table(text, list));
    let text = &separated(text, name, &list.ok_or_else(|| computed(name))?);
    let list = Lines::of(text).value_of(name).ok_or_else(|| computed(name))?;
    let brace = list.end - 1;
    let line = text[..brace].rfind('\n').map_or(0, |at| at + 1);
    let indent = &text[line..brace];
    if line > list.start && indent.trim().is_empty() {
        return Ok(format!("{}{indent}  {new},\n{}", &text[..line], &text[line..]));
    }
    Ok(format!("{} {new} {}", text[..brace].trim_end(), &text[brace..]))
}

/// Ends the one at this place of the list, from 0.
pub(super) fn end(text: &str, at: usize, date: &str) -> Result<String, String> {
    let path = item(PROMOS, at + 1);
    let value = Lines::of(text).value_of(&path).filter(|value| is_table(text, value));
    let value = value.ok_or_else(|| computed(&path))?;
    let behind = &text[value.end..];
    let rest = behind.trim_start();
    let end = match rest.starts_with([',', ';']) {
        true => value.end + behind.len() - rest.len() + 1,
        false => value.end,
    };
    let first = text[..value.start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let (indent, tail) = (&text[first..value.start], text[end..last].trim());
    if !indent.trim().is_empty() || !(tail.is_empty() || tail.starts_with("--")) {
        // It shares its line with something that goes on.
        return Ok(format!("{}{}", &text[..value.start], text[end..].trim_start_matches(' ')));
    }
    let commented = text[first..last].lines().map(|line| {
        let line = line.strip_prefix(indent).unwrap_or(line.trim_start());
        format!("{indent}-- {line}").trim_end().to_owned()
    });
    let commented: Vec<String> = commented.collect();
    Ok(format!("{}{indent}-- Закончена {date}:\n{}{}", &text[..first], commented.join("\n"), &text[last..]))
}

/// The text with a comma behind the last item of the list.
fn separated(text: &str, name: &str, list: &Range<usize>) -> String {
    let lines = Lines::of(text);
    let ends = (1..).map_while(|at| lines.value_of(&item(name, at))).map(|value| value.end);
    match ends.last() {
        Some(end) if !begins_with_separator(&text[end..list.end]) => {
            format!("{},{}", &text[..end], &text[end..])
        }
        _ => text.to_owned(),
    }
}

fn is_table(text: &str, value: &Range<usize>) -> bool {
    text[value.clone()].starts_with('{') && text[value.clone()].ends_with('}')
}

/// As an owner would write it, in one line.
fn written(promo: &Promo) -> String {
    let quoted = |words: &str| {
        let plain: String = words.chars().filter(|c| !c.is_control()).collect();
        format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let list = |words: Vec<String>| format!("{{ {} }}", words.join(", "));
    let mut fields = Vec::new();
    fields.extend(promo.title.as_ref().map(|title| format!("title = {}", quoted(title))));
    fields.extend(promo.from.map(|day| format!("from = \"{day}\"")));
    fields.extend(promo.to.map(|day| format!("to = \"{day}\"")));
    if !promo.days.is_empty() {
        let days = promo.days.iter().map(|day| quoted(day.name())).collect();
        fields.push(format!("days = {}", list(days)));
    }
    fields.push(format!("percent = {}", promo.percent));
    if !promo.models.is_empty() {
        let models = promo.models.iter().map(|model| quoted(model.as_str())).collect();
        fields.push(format!("models = {}", list(models)));
    }
    if promo.allow_loss {
        fields.push("allow_loss = true".to_owned());
    }
    list(fields)
}

#[cfg(test)]
mod tests;
