//! The fixed calls through the crate `segment`. It does not try again by itself, so its user does.

use sdk_drivers::{Target, USER};
use segment::message::{Alias, Batch, Group, Identify, Page, Screen, Track, User};
use segment::{Client, HttpClient, Message};
use serde_json::{json, Map};
use std::time::Duration;
use time::OffsetDateTime;

const TRIES: u32 = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let target = Target::of("segment-rust");
    let client = HttpClient::new(Default::default(), target.url.clone());
    for message in messages(&target) {
        send(&client, &target.key, message).await;
    }
}

async fn send(client: &HttpClient, key: &str, message: Message) {
    for attempt in 1.. {
        match client.send(key.to_owned(), message.clone()).await {
            Ok(()) => return,
            Err(error) if attempt == TRIES => panic!("SDK error: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

fn user() -> User {
    User::UserId { user_id: USER.to_owned() }
}

fn messages(target: &Target) -> Vec<Message> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(1_577_934_245_678_000_000).unwrap();
    let explicit: Map<_, _> = [("messageId".to_owned(), json!(target.explicit_id()))].into_iter().collect();
    let mut all = vec![Identify { user: user(), traits: target.person(), ..Default::default() }.into()];
    for (event, properties) in target.tracks() {
        all.push(Track { user: user(), event: event.to_owned(), properties, ..Default::default() }.into());
    }
    let track = |event: &str| Track { user: user(), event: event.to_owned(), properties: target.marked(json!({})), ..Default::default() };
    let url = target.marked(json!({"url": "https://example.com/docs"}));
    all.extend([
        Message::from(Track { timestamp: Some(at), extra: explicit, ..track("Explicit") }),
        Page { user: user(), name: "Home".to_owned(), properties: url, ..Default::default() }.into(),
        Screen { user: user(), name: "Main".to_owned(), properties: target.marked(json!({})), ..Default::default() }.into(),
        Group { user: user(), group_id: "group-7".to_owned(), traits: target.company(), ..Default::default() }.into(),
        Alias { user: user(), previous_id: "anon-1".to_owned(), context: Some(target.marked(json!({}))), ..Default::default() }.into(),
        Batch { batch: vec![track("Batched 1").into(), track("Batched 2").into()], ..Default::default() }.into(),
    ]);
    all
}
