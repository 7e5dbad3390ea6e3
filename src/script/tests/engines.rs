//! Adapters as owners write them: what is wrong is told at load, all at once; what a function does wrong hurts its own call.

use serde_json::{Value, json};

use super::*;
use crate::app::port::{Adapter, Given, PICTURE_AS_DATA_URL};
use crate::domain::id::EngineId;

const SHORT: &str = "return engine {
  title = 'X', base_url = 'https://api.example.com/v1', auth = { scheme = 'Bearer', secret = 'X_KEY' },
  create = { url = '/jobs', body = function(order) return { text = order.prompt, length = order.seconds } end,
    ticket = 'id' },
  poll = { url = '/jobs/{id}', state = 'status', film = 'url' },
}";

fn with(engine: &str) -> Shop {
    let shop = Shop::new();
    shop.write("scripts/engines/x.lua", engine);
    shop
}

fn adapter(shop: &Shop, id: &str) -> std::sync::Arc<Adapter> {
    shop.load().engines[&EngineId::new(id)].clone()
}

fn order() -> Value {
    json!({ "prompt": "a cat", "seconds": 8, "picture": { "data_url": PICTURE_AS_DATA_URL } })
}

#[test]
fn a_short_file_is_an_engine() {
    let adapter = adapter(&with(SHORT), "x");
    assert_eq!(adapter.base_url.as_str(), "https://api.example.com/v1");
    let body = adapter.functions.call("create.body", &[Given::Order(&order())]).unwrap();
    assert_eq!(body, json!({ "text": "a cat", "length": 8 }));
}

#[test]
fn a_model_may_be_on_any_engine_that_has_a_file() {
    let shop = with(SHORT);
    shop.edit("scripts/pricing.lua", "engine = \"sora\"", "engine = \"x\"");
    assert_eq!(shop.problems(), []);
    shop.edit("scripts/pricing.lua", "engine = \"x\"", "engine = \"fall\"");
    let told = shop.problems()[0].to_string();
    assert!(told.contains("fall") && told.contains("«fal»"), "{told}");
}

#[test]
fn every_mistake_of_an_engine_is_told_with_its_place() {
    let shop = with(
        "return engine {
  titel = 'X', base_url = 'api.example.com', hosts = { 'https://a.example.com/' },
  auth = { secret = 'sk-12345-very-secret' },
  create = { method = 'PSOT', url = 'jobs', ticket = 'id' },
  poll = { url = '/jobs/{idd}', state = 'status', states = { ok = 'complete' } },
  errors = { statuses = { ['twelve'] = 'busy' } },
}",
    );
    let told: Vec<String> = shop.problems().iter().map(ToString::to_string).collect();
    for (line, words) in [
        (2, "«title»"),
        (2, "base_url"),
        (2, "hosts[1]"),
        (3, "auth.secret"),
        (4, "create.method"),
        (4, "create.url"),
        (5, "«completed»"),
        (6, "statuses"),
    ] {
        let start = format!("scripts/engines/x.lua:{line}: ");
        assert!(told.iter().any(|one| one.starts_with(&start) && one.contains(words)), "{words}: {told:#?}");
    }
    assert!(!told.concat().contains("very-secret"), "a key that was written there is not repeated");
}

#[test]
fn an_address_names_only_what_there_will_be() {
    let told = with(&SHORT.replace("{id}", "{job}")).problems()[0].to_string();
    assert!(told.contains("poll.url") && told.contains("{job}"), "{told}");
}

#[test]
fn a_function_is_tried_on_what_is_on_sale() {
    let shop = with(&SHORT.replace("order.seconds", "order.secnods"));
    assert_eq!(shop.problems(), [], "nothing is on sale there");
    shop.edit("scripts/pricing.lua", "engine = \"sora\"", "engine = \"x\"");
    let told = shop.problems()[0].to_string();
    assert!(told.starts_with("scripts/engines/x.lua:3: create.body"), "{told}");
    assert!(told.contains("secnods"), "{told}");
}

#[test]
fn a_call_that_fails_hurts_only_itself() {
    let shop = with(&SHORT.replace(
        "{ text = order.prompt, length = order.seconds }",
        "(function() if order.prompt == 'loop' then while true do end end
          if order.prompt == 'hoard' then return string.rep('x', 1e9) end
          return { text = order.prompt } end)()",
    ));
    let adapter = adapter(&shop, "x");
    let call =
        |prompt: &str| adapter.functions.call("create.body", &[Given::Order(&json!({ "prompt": prompt }))]);
    for evil in ["loop", "hoard"] {
        let told = call(evil).unwrap_err();
        assert!(told.starts_with("scripts/engines/x.lua"), "{told}");
        assert_eq!(call("a cat").unwrap(), json!({ "text": "a cat" }));
    }
}

#[test]
fn a_script_sees_numbers_exactly_or_as_text() {
    let shop = with(&SHORT.replace(
        "{ text = order.prompt, length = order.seconds }",
        "{ whole = 8, half = 0.5, list = { 1, 2 }, big = order.prompt, none = {} }",
    ));
    let adapter = adapter(&shop, "x");
    let given = json!({ "prompt": 9_007_199_254_740_993_i64, "seconds": 1 });
    let body = adapter.functions.call("create.body", &[Given::Order(&given)]).unwrap();
    let expected = json!({ "whole": 8, "half": 0.5, "list": [1, 2], "big": "9007199254740993", "none": {} });
    assert_eq!(body, expected);
}
