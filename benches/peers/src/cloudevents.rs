//! Lines of a log as the CloudEvents SDK for Rust reads them.
//!
//! `tests/conformance/run` compares what comes out with what our own log says.

use ::cloudevents::event::{AttributeValue, Data, ExtensionValue};
use ::cloudevents::{AttributesReader, Event};
use serde_json::{Map, Value, json};

/// One line of JSON for each line of standard input: all that the SDK knows of the event.
pub fn read() {
    for line in std::io::stdin().lines() {
        let found = match serde_json::from_str::<Event>(&line.expect("UTF-8")) {
            Ok(event) => known(&event),
            Err(error) => json!({"refused": error.to_string()}),
        };
        println!("{found}");
    }
}

fn known(event: &Event) -> Value {
    let mut found = Map::new();
    for (name, value) in event.iter() {
        let value = match value {
            AttributeValue::SpecVersion(version) => json!(version.to_string()),
            AttributeValue::String(text) => json!(text),
            AttributeValue::URI(uri) => json!(uri.as_str()),
            AttributeValue::URIRef(uri) => json!(uri.as_str()),
            AttributeValue::Boolean(yes) => json!(yes),
            AttributeValue::Integer(number) => json!(number),
            AttributeValue::Time(time) => json!(time.to_rfc3339()),
            AttributeValue::Binary(bytes) => json!(format!("{bytes:?}")),
        };
        found.insert(name.to_string(), value);
    }
    for (name, value) in event.iter_extensions() {
        let value = match value {
            ExtensionValue::String(text) => json!(text),
            ExtensionValue::Boolean(yes) => json!(yes),
            ExtensionValue::Integer(number) => json!(number),
        };
        found.insert(name.to_string(), value);
    }
    match event.data() {
        Some(Data::Json(value)) => _ = found.insert("data".to_string(), value.clone()),
        Some(Data::String(text)) => _ = found.insert("data".to_string(), json!(text)),
        // The SDK's own writer turns bytes into text again.
        Some(Data::Binary(_)) => {
            let written = serde_json::to_value(event).expect("an event is JSON");
            found.insert("data_base64".to_string(), written["data_base64"].clone());
        }
        None => {}
    }
    assert_eq!(found["id"], event.id());
    Value::Object(found)
}
