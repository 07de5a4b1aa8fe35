//! What Twilio is asked, and what it asks.

use serde_json::Value;
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature};

use super::{Night, get, post};
use crate::harness::{BASE, TOKEN};

impl Night {
    /// Has Twilio misbehave.
    pub(crate) async fn twilio_does(&self, faults: Value) {
        let told = post(self.exchange(), "/pretend/twilio/faults", faults.to_string()).await;
        assert_eq!(told.0, 200, "{}", told.1);
    }

    /// What was asked of Twilio (`requests`), and what it asked (`callbacks`).
    pub(crate) async fn log(&self) -> Value {
        get(self.exchange(), "/pretend/twilio/log").await
    }

    /// What all phones show.
    pub(crate) async fn phones(&self) -> Value {
        get(self.exchange(), "/pretend/phones/state").await
    }

    /// Which requests for a call Twilio got.
    pub(crate) async fn requests_for_calls(&self) -> Vec<Value> {
        let log = self.log().await;
        let requests = log["requests"].as_array().unwrap().iter();
        let is_for_a_call = |request: &&Value| {
            request["method"] == "POST"
                && request["path"].as_str().unwrap().ends_with("/Calls.json")
        };
        requests.filter(is_for_a_call).cloned().collect()
    }

    /// Posts a form as Twilio would, signed with this token. Gives status and body.
    pub(crate) async fn twilio_posts(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        token: &str,
    ) -> (u16, String) {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let signed =
            signature(&format!("{BASE}{path}"), Payload::Form(&fields), &Secret::new(token));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let request = self.house.http.post(format!("{}{path}", self.house.address));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("x-twilio-signature", signed);
        let answer = request.body(form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The same as the real one.
    pub(crate) async fn twilio_asks(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        self.twilio_posts(path, fields, TOKEN).await
    }
}
