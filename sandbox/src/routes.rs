//! The endpoints of both vendors.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request as Incoming, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use shared::Error;
use shared::http::{Request, Response};

use crate::pages::Vendors;
use crate::pages::message::see_or;
use crate::reply::{BODY_LIMIT, Received, Reply, headers};
use crate::{Sandbox, pages, phones, slack, twilio, walk};

type Shared = State<Arc<Sandbox>>;

/// The router. What no route takes is answered as the product answers it.
pub(crate) fn router(sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/sandbox/slack/messages", get(slack_messages))
        .route("/sandbox/slack/directory", get(slack_directory))
        .route("/sandbox/slack/click", post(slack_click))
        .route("/sandbox/slack/services/{*key_and_channel}", post(slack_webhook))
        .route("/sandbox/slack/api/{*method}", post(slack_method))
        .route("/sandbox/slack/respond/{id}", post(slack_respond))
        .route("/sandbox/twilio/faults", get(faults).post(set_faults))
        .route("/sandbox/twilio/log", get(journal))
        .route("/sandbox/twilio/{*path}", get(twilio_api).post(twilio_api).delete(twilio_api))
        .route("/sandbox/phones", get(phones_page))
        .route("/sandbox/slack", get(slack_page))
        .route("/sandbox/phones/state", get(phones_state))
        .route("/sandbox/phones/{who}/habit", post(set_phone_behaviour))
        .route("/sandbox/phones/{who}/press/{key}", post(press_key))
        .route("/sandbox/phones/{who}/say", post(say))
        .route("/sandbox/phones/{who}/text", post(text_back))
        .route("/sandbox/phones/{who}/call-flow/{flow}", post(call_flow))
        .route("/sandbox/phones/{who}/text-flow/{flow}", post(text_flow))
        .route("/sandbox/phones/{who}/{action}", post(act_at_phone))
        .route("/sandbox/flows", get(flows).post(upload_flow))
        .route("/sandbox/flows/{id}", get(flow))
        .route("/sandbox/flows/{id}/remove", post(remove_flow))
        .route("/sandbox/flows/{id}/walk", get(show_walk).post(begin_walk))
        .route("/sandbox/flows/{id}/walk/next", post(make_move))
        .route("/sandbox/flows/{id}/walk/back", post(take_back_move))
        .route("/sandbox/{*file}", get(file))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(sandbox.clone(), refuse_other_origins))
        .with_state(sandbox)
}

/// Refuses the POST and the DELETE of another site's page, before anything of its body is read.
async fn refuse_other_origins(
    State(sandbox): Shared,
    request: Incoming,
    next: Next,
) -> axum::response::Response {
    if matches!(*request.method(), Method::POST | Method::DELETE) {
        let head = Request {
            path: request.uri().path().to_owned(),
            headers: headers(request.headers()),
            ..Request::default()
        };
        let (checked, vendors) = match sandbox.settings.setup().await {
            Ok(setup) => (head.same_origin(setup.public_base_url.as_deref()), Vendors::of(&setup)),
            Err(error) => (Err(error), Vendors::default()),
        };
        if let Err(error) = checked {
            return Received(head, vendors).answer(Err(error)).into_response();
        }
    }
    next.run(request).await
}

async fn not_found(request: Received) -> Reply {
    request.answer(Err(Error::NotFound))
}

async fn method_not_allowed(request: Received) -> Reply {
    request.answer(Err(Error::MethodNotAllowed))
}

async fn slack_messages(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(slack::messages(&sandbox).await)
}

async fn slack_directory(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(slack::directory(&sandbox).await)
}

async fn slack_click(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(slack::click(&sandbox, &request.0.body).await)
}

async fn slack_webhook(
    State(sandbox): Shared,
    Path(key_and_channel): Path<String>,
    request: Received,
) -> Reply {
    request.answer(slack::webhook(&sandbox, &key_and_channel, &request.0.body).await)
}

async fn slack_method(
    State(sandbox): Shared,
    Path(method): Path<String>,
    request: Received,
) -> Reply {
    request.answer(slack::call(&sandbox, &method, &request.0).await)
}

async fn slack_respond(State(sandbox): Shared, Path(id): Path<String>, request: Received) -> Reply {
    request.answer(slack::respond(&sandbox, &id, &request.0.body).await)
}

async fn faults(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(Ok(sandbox.twilio.faults()))
}

async fn set_faults(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(sandbox.twilio.set_faults(&request.0.body))
}

async fn journal(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(Ok(sandbox.twilio.journal()))
}

/// Twilio's REST API. Its paths are looked at as they were received.
async fn twilio_api(State(sandbox): Shared, request: Received) -> Reply {
    let path = request.0.path.strip_prefix("/sandbox/twilio").unwrap_or_default().to_owned();
    request.answer(twilio::handle(&sandbox.twilio, &request.0, &path).await)
}

async fn phones_page(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(phones::page(&sandbox, &request.0).await)
}

async fn slack_page(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(slack::page(&sandbox).await)
}

async fn phones_state(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(phones::state(&sandbox).await)
}

async fn set_phone_behaviour(
    State(sandbox): Shared,
    Path(who): Path<String>,
    request: Received,
) -> Reply {
    request.answer(phones::set_behaviour(&sandbox, &who, &request.0.body).await)
}

async fn press_key(
    State(sandbox): Shared,
    Path((who, key)): Path<(String, String)>,
    request: Received,
) -> Reply {
    at_the_phone(&request, phones::press(&sandbox, &who, &key).await)
}

/// What was done at a phone: a person's form leads back to the page.
fn at_the_phone(request: &Received, done: Result<Response, Error>) -> Reply {
    request.answer(done.map(|answer| see_or(&request.0, "/sandbox/phones?done", answer)))
}

async fn say(State(sandbox): Shared, Path(who): Path<String>, request: Received) -> Reply {
    request.answer(phones::say(&sandbox, &who, &request.0.body).await)
}

async fn text_back(State(sandbox): Shared, Path(who): Path<String>, request: Received) -> Reply {
    at_the_phone(&request, phones::text_back(&sandbox, &who, &request.0).await)
}

async fn call_flow(
    State(sandbox): Shared,
    Path((who, flow)): Path<(String, String)>,
    request: Received,
) -> Reply {
    request.answer(phones::call_flow(&sandbox, &who, &flow).await)
}

async fn text_flow(
    State(sandbox): Shared,
    Path((who, flow)): Path<(String, String)>,
    request: Received,
) -> Reply {
    request.answer(phones::text_flow(&sandbox, &who, &flow, &request.0.body).await)
}

async fn act_at_phone(
    State(sandbox): Shared,
    Path((who, action)): Path<(String, String)>,
    request: Received,
) -> Reply {
    at_the_phone(&request, phones::act(&sandbox, &who, &action).await)
}

async fn flows(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(walk::list(&sandbox).await)
}

async fn upload_flow(State(sandbox): Shared, request: Received) -> Reply {
    request.answer(walk::take(&sandbox, &request.0).await)
}

async fn flow(State(sandbox): Shared, Path(id): Path<String>, request: Received) -> Reply {
    request.answer(walk::flow(&sandbox, &id).await)
}

async fn remove_flow(State(sandbox): Shared, Path(id): Path<String>, request: Received) -> Reply {
    request.answer(walk::remove(&sandbox, &id).await)
}

async fn show_walk(State(sandbox): Shared, Path(id): Path<String>, request: Received) -> Reply {
    request.answer(walk::walk(&sandbox, &id).await)
}

async fn begin_walk(State(sandbox): Shared, Path(id): Path<String>, request: Received) -> Reply {
    request.answer(walk::begin(&sandbox, &id, &request.0).await)
}

async fn make_move(State(sandbox): Shared, Path(id): Path<String>, request: Received) -> Reply {
    request.answer(walk::make_move(&sandbox, &id, &request.0).await)
}

async fn take_back_move(
    State(sandbox): Shared,
    Path(id): Path<String>,
    request: Received,
) -> Reply {
    request.answer(walk::take_back(&sandbox, &id, &request.0).await)
}

async fn file(Path(path): Path<String>, request: Received) -> Reply {
    request.answer(pages::file(&path))
}
