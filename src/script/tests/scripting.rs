//! docs/SCRIPTING.md names every field, word and name there is, and no others. What the types say is kept true elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::types::luau::{Type, Types};
use super::types::{all, is_optional, kinds};
use crate::script::machine;

const PAGE: &str = include_str!("../../../docs/SCRIPTING.md");

/// A section's name → the first cell of each row of its table → the other cells.
type Sections<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>;

fn sections() -> Sections<'static> {
    let mut sections = Sections::new();
    let mut here = None;
    for line in PAGE.lines() {
        if line.starts_with('#') {
            here = line.strip_prefix("### `").and_then(|rest| rest.strip_suffix('`'));
            if let Some(name) = here {
                assert!(sections.insert(name, BTreeMap::new()).is_none(), "{name} has two sections");
            }
        }
        let (Some(name), Some(row)) = (here, line.strip_prefix("| `")) else { continue };
        let (field, rest) = row.split_once('`').expect("a field is quoted");
        let cells = rest.trim_matches(['|', ' ']).split('|').map(str::trim).collect();
        let rows = sections.get_mut(name).expect("it is there");
        assert!(rows.insert(field, cells).is_none(), "{name}.{field} stands there twice");
    }
    sections
}

/// The rows that the section of a type should have: name → kinds and whether it is needed. None of a type that needs no section.
fn rows(types: &Types, at: &Type) -> Option<BTreeMap<String, Option<(String, bool)>>> {
    match at {
        Type::Record(fields) => Some(
            fields
                .iter()
                .map(|(name, at)| {
                    let kinds = kinds(types, at).into_iter().collect::<Vec<_>>().join(", ");
                    (name.clone(), Some((kinds, !is_optional(types, at))))
                })
                .collect(),
        ),
        Type::Literal(word) => Some(BTreeMap::from([(word.clone(), None)])),
        Type::Name(name) => rows(types, &types[name]),
        // `"word" | { … }`: the words have a section of their own.
        Type::Union(all) => match all.iter().find(|one| matches!(one, Type::Record(_))) {
            Some(record) => rows(types, record),
            None => {
                let rows: Vec<_> = all.iter().filter_map(|one| rows(types, one)).collect();
                (!rows.is_empty()).then(|| rows.into_iter().flatten().collect())
            }
        },
        _ => None,
    }
}

#[test]
fn the_page_has_every_field_and_word_and_no_others() {
    let types = all();
    let sections = sections();
    let mut wrong = Vec::new();
    // Its hundreds of keys are listed by the types alone.
    let described = types.iter().filter(|(name, _)| *name != "Texts");
    let wanted: BTreeMap<&str, _> =
        described.filter_map(|(name, at)| Some((name.as_str(), rows(&types, at)?))).collect();
    for (name, rows) in &wanted {
        let Some(section) = sections.get(name) else {
            wrong.push(format!("add a section: ### `{name}`"));
            continue;
        };
        for (field, kind) in rows {
            match (section.get(field.as_str()), kind) {
                (None, _) => wrong.push(format!("{name}: add a row for `{field}`, {kind:?}")),
                (Some(cells), Some((kind, needed))) => {
                    // The types call a list needed where it is not, for the language server's sake.
                    let said = (cells[0], cells[1] == "yes" || kind == "list");
                    if said != (kind.as_str(), *needed || kind == "list") {
                        wrong.push(format!("{name}.{field}: the types say {kind}, needed: {needed}"));
                    }
                }
                (Some(_), None) => {}
            }
        }
        let unknown = section.keys().filter(|field| !rows.contains_key(**field));
        wrong.extend(unknown.map(|field| format!("{name}: there is no `{field}`")));
    }
    wrong.extend(
        sections.keys().filter(|name| !wanted.contains_key(*name)).map(|name| format!("there is no {name}")),
    );
    assert_eq!(wrong, Vec::<String>::new(), "docs/SCRIPTING.md");
}

#[test]
fn the_page_lists_the_names_that_scripts_may_use() {
    let list = PAGE.split_once("## Names a script may use").expect("the last section").1;
    let listed: BTreeSet<&str> = list.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, machine::names().collect());
}
