//! What is shipped: the page that says what each engine can do, and its recorded replies, as they are and changed.

use serde_json::json;

use super::*;
use crate::script::FolderSettings;

const PAGE: &str = include_str!("../../../docs/ENGINES.md");
const BEGINS: &str = "<!-- capabilities: made by `cargo test --lib capability_table` -->\n";
const ENDS: &str = "<!-- /capabilities -->";

/// What is compiled in.
fn shipped() -> ScriptSet {
    let nowhere = || PathBuf::from("/nowhere");
    Folder::load(&FolderSettings { scripts_dir: nowhere(), locales_dir: nowhere() }).unwrap()
}

fn table(set: &ScriptSet) -> String {
    let mut table =
        "| engine | keys in `.env` | can | secret of its webhook | checked |\n|---|---|---|---|---|\n"
            .to_owned();
    for adapter in set.engines.values() {
        let named = |name: &str| format!("`{name}`");
        let ways: Vec<String> = adapter
            .auth
            .iter()
            .map(|way| way.proof.secrets().into_iter().map(named).collect::<Vec<_>>().join(" + "))
            .collect();
        let webhook = adapter.callback.as_ref();
        let secret = webhook.map_or_else(
            || "—".to_owned(),
            |rule| rule.signature.secret().map_or_else(|| "none needed".to_owned(), named),
        );
        let proven = if adapter.proven { "rendered with" } else { "by its documents only" };
        let checked = adapter.checked.map(|day| format!("{proven}, {day}")).unwrap_or_default();
        let (id, title, docs) = (&adapter.id, &adapter.title, adapter.docs.as_deref().unwrap_or_default());
        table += &format!(
            "| `{id}` [{title}]({docs}) | {} | {} | {secret} | {checked} |\n",
            ways.join(" or "),
            abilities(adapter)
        );
    }
    table
}

#[test]
fn the_capability_table_of_the_page_is_what_is_shipped() {
    let (_, rest) = PAGE.split_once(BEGINS).unwrap();
    let (written, _) = rest.split_once(ENDS).unwrap();
    let made = table(&shipped());
    assert!(written == made, "put this between the two marks of docs/ENGINES.md:\n{made}");
}

#[test]
fn every_shipped_engine_has_recorded_replies_of_every_kind() {
    let set = shipped();
    assert_eq!(set.engines.len(), RECORDED.len());
    for (id, text) in RECORDED {
        assert!(set.engines.contains_key(&EngineId::new(*id)), "{id}");
        recorded::read(text).unwrap();
        for kind in
            ["accepted", "unknown", "moderation", "billing", "failed", "completed", "film\"", "server"]
        {
            assert!(text.contains(kind), "{id}: nothing is recorded for {kind}");
        }
    }
}

#[tokio::test]
async fn the_shipped_engines_read_their_recorded_replies() {
    let set = shipped();
    let mut wrong = Vec::new();
    for (id, text) in RECORDED {
        let adapter = &set.engines[&EngineId::new(*id)];
        let outcomes = recorded::play(adapter, &recorded::read(text).unwrap(), Arc::new(SystemClock)).await;
        let outcomes = outcomes.unwrap();
        assert!(outcomes.len() > 15, "{id}");
        wrong.extend(outcomes.into_iter().filter(|o| !o.wrong.is_empty()).map(|o| (*id, o)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_reply_that_is_read_otherwise_is_told() {
    let set = shipped();
    let text = r#"{ "source": "a test", "cases": [
        { "name": "a lie", "do": "poll", "ticket": "a", "expect": { "completed": null },
          "exchanges": [{ "sent": { "path": "/elsewhere" }, "answer": { "body": { "status": "pending" } } }] },
        { "name": "unasked", "do": "poll", "ticket": "a", "expect": { "working": null },
          "exchanges": [{ "answer": { "body": { "status": "pending" } } }, { "answer": {} }] } ] }"#;
    let adapter = &set.engines[&EngineId::new("openrouter")];
    let outcomes =
        recorded::play(adapter, &recorded::read(text).unwrap(), Arc::new(SystemClock)).await.unwrap();
    assert_eq!(outcomes[0].wrong.len(), 2, "{outcomes:?}");
    assert_eq!(outcomes[1].wrong.len(), 1, "{outcomes:?}");
}

#[test]
fn no_change_of_a_reply_or_callback_makes_a_shipped_engine_panic() {
    let set = shipped();
    for (id, text) in RECORDED {
        recorded::changed::replies(&set.engines[&EngineId::new(*id)], &recorded::read(text).unwrap());
    }
    let said = |id: &str| match id {
        "fal" => json!({ "request_id": "764cabcf-b745", "gateway_request_id": "764cabcf", "status": "OK" }),
        "kling" => json!({ "data": { "id": "847301", "task_status": "succeed" } }),
        "openrouter" => {
            json!({ "type": "video.completed", "data": { "id": "gen-1", "status": "completed" } })
        }
        _ => {
            json!({ "id": "ufawqhfynnddngldkgtslldrkq", "status": "succeeded", "output": ["https://x.example/1.mp4"] })
        }
    };
    let calling: Vec<&Arc<Adapter>> =
        set.engines.values().filter(|engine| engine.callback.is_some()).collect();
    assert!(calling.len() > 3);
    calling.into_iter().for_each(|engine| recorded::changed::callback(engine, &said(engine.id.as_str())));
}
