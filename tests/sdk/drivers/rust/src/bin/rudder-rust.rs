//! The fixed calls through the crate `rudderanalytics`. It tries again by itself what was refused, but not what broke
//! after it was sent, so its user does.

use rudderanalytics::client::RudderAnalytics;
use rudderanalytics::message::{Alias, Batch, BatchMessage, Group, Identify, Message, Page, Screen, Track};
use sdk_drivers::{Target, USER};
use serde_json::json;
use std::time::Duration;

const TRIES: u32 = 5;

fn main() {
    let target = Target::of("rudder-rust");
    let client = RudderAnalytics::load(target.key.clone(), target.url.clone());
    for message in messages(&target) {
        send(&client, &message);
    }
}

fn send(client: &RudderAnalytics, message: &Message) {
    for attempt in 1.. {
        match client.send(message) {
            Ok(()) => return,
            Err(error) if attempt == TRIES => panic!("SDK error: {error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

fn user() -> Option<String> {
    Some(USER.to_owned())
}

fn messages(target: &Target) -> Vec<Message> {
    let mut all = vec![Message::Identify(Identify { user_id: user(), traits: Some(target.person()), ..Default::default() })];
    for (event, properties) in target.tracks() {
        all.push(Message::Track(Track { user_id: user(), event: event.to_owned(), properties: Some(properties), ..Default::default() }));
    }
    let track = |event: &str| Track { user_id: user(), event: event.to_owned(), properties: Some(target.marked(json!({}))), ..Default::default() };
    let url = target.marked(json!({"url": "https://example.com/docs"}));
    let explicit = "2020-01-02T03:04:05.678Z".parse().unwrap();
    all.extend([
        Message::Track(Track { original_timestamp: Some(explicit), ..track("Explicit") }),
        Message::Page(Page { user_id: user(), name: "Home".to_owned(), properties: Some(url), ..Default::default() }),
        Message::Screen(Screen { user_id: user(), name: "Main".to_owned(), properties: Some(target.marked(json!({}))), ..Default::default() }),
        Message::Group(Group { user_id: user(), group_id: "group-7".to_owned(), traits: Some(target.company()), ..Default::default() }),
        Message::Alias(Alias { user_id: USER.to_owned(), previous_id: "anon-1".to_owned(), context: Some(json!({"run": target.run})), ..Default::default() }),
        Message::Batch(Batch { batch: vec![BatchMessage::Track(track("Batched 1")), BatchMessage::Track(track("Batched 2"))], ..Default::default() }),
    ]);
    all
}
