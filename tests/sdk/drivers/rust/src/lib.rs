//! The fixed calls of both crates: what does not depend on their types.

use serde_json::{json, Value};

pub const USER: &str = "user-42";

/// Where to send and how the run is marked, from the environment.
pub struct Target {
    pub url: String,
    pub key: String,
    sdk: &'static str,
    pub run: String,
}

impl Target {
    pub fn of(sdk: &'static str) -> Target {
        let get = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("set {name}"));
        Target { url: get("SDK_URL"), key: get("SDK_KEY"), sdk, run: get("SDK_RUN") }
    }

    /// The members of `more` beside those that mark the run.
    pub fn marked(&self, more: Value) -> Value {
        let mut members = json!({"sdk": self.sdk, "run": self.run});
        if let (Some(into), Some(from)) = (members.as_object_mut(), more.as_object()) {
            into.extend(from.clone());
        }
        members
    }

    pub fn explicit_id(&self) -> String {
        format!("{}-{}-explicit", self.sdk, self.run)
    }

    /// Event names and properties of the tracked events.
    pub fn tracks(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Order Completed", self.marked(json!({"orderId": "o-1", "revenue": 19.99, "currency": "EUR"}))),
            ("Ünïcode ☕", self.marked(json!({"title": "日本語 Café “Ünïcode” – naïve", "emoji": "🎉👩‍🚀🇩🇪", "quote": "\"\\\t\u{1}"}))),
            ("Nested", self.marked(json!({
                "a": {"b": {"c": [1, 2.5, {"d": null, "e": []}]}}, "flags": [true, false, null],
                "big": 9007199254740991i64, "huge": 9223372036854775809u64, "small": 1e-7, "empty": {}}))),
        ]
    }

    pub fn person(&self) -> Value {
        self.marked(json!({"email": "ada@example.com", "plan": "pro", "age": 37}))
    }

    pub fn company(&self) -> Value {
        self.marked(json!({"industry": "retail", "employees": 12}))
    }
}
