//! Requests to Twilio, and requests that it makes.

use serde_json::Value;
use shared::secret::Secret;
use shared::twilio::signature::{Payload, signature};

use super::{CallWith, Scenario, get, post};
use crate::harness::{BASE, TOKEN};

impl Scenario {
    /// Has Twilio misbehave.
    pub(crate) async fn twilio_does(&self, faults: Value) {
        let told = post(self.twilio(), "/sandbox/twilio/faults", faults.to_string()).await;
        assert_eq!(told.0, 200, "{}", told.1);
    }

    /// The requests to Twilio (`requests`), and those that it made (`callbacks`).
    pub(crate) async fn log(&self) -> Value {
        get(self.twilio(), "/sandbox/twilio/log").await
    }

    /// Somebody else runs the Flow of the n-th policy, which calls this number.
    pub(crate) async fn twilio_runs(&self, policy: usize, number: &str) {
        let flow = format!("/sandbox/twilio/v2/Flows/FW{policy:032}/Executions");
        let fields = [("To", number), ("From", "+15005550006"), ("Parameters", "{}")];
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.server.http.post(format!("{}{flow}", self.twilio().address));
        let token = self.twilio().simulated().auth_token;
        let account = sandbox::twilio::SANDBOX_ACCOUNT;
        let request = request.basic_auth(account, Some(token.expose()));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(request.body(form).send().await.unwrap().status(), 201);
    }

    /// The state of all phones.
    pub(crate) async fn phones(&self) -> Value {
        get(self.twilio(), "/sandbox/phones/state").await
    }

    /// Which requests for a call Twilio got.
    pub(crate) async fn requests_for_calls(&self) -> Vec<Value> {
        let log = self.log().await;
        let requests = log["requests"].as_array().unwrap().iter();
        let is_for_a_call = |request: &&Value| {
            request["method"] == "POST"
                && request["path"].as_str().unwrap().ends_with(self.call_with.asks_at())
        };
        requests.filter(is_for_a_call).cloned().collect()
    }

    /// The reply to Twilio when this key was pressed in an attempt's call, which it may bring late.
    pub(crate) async fn is_told_of_a_key(
        &self,
        incident: &str,
        attempt: u32,
        digits: &str,
    ) -> String {
        let told = match self.call_with {
            CallWith::Voice => {
                let path = format!("/twilio/voice/{incident}/{attempt}?reading=1");
                let fields = [("CallStatus", "in-progress"), ("Digits", digits)];
                self.twilio_asks(&path, &fields).await
            }
            CallWith::Studio => {
                let token = self.token(incident, attempt).await;
                let fields = [
                    ("token", token.as_str()),
                    ("outcome", "key"),
                    ("digits", digits),
                    ("reading", "1"),
                ];
                self.flow_reports(incident, attempt, &fields).await
            }
        };
        assert_eq!(told.0, 200, "{}", told.1);
        told.1
    }

    /// The token that the Flow was given for the reports of an attempt.
    pub(crate) async fn token(&self, incident: &str, attempt: u32) -> String {
        let behind = format!("/twilio/studio/{incident}/{attempt}");
        let requests = self.requests_for_calls().await;
        let parameters = requests.iter().map(|request| {
            let form = request["form"].as_array().unwrap();
            let field = form.iter().find(|field| field[0] == "Parameters").unwrap();
            serde_json::from_str::<Value>(field[1].as_str().unwrap()).unwrap()
        });
        let mut its =
            parameters.filter(|told| told["report_url"].as_str().unwrap().ends_with(&behind));
        its.next().unwrap()["token"].as_str().unwrap().to_owned()
    }

    /// Posts a form as a Flow would: unsigned. Gives status and body.
    pub(crate) async fn flow_reports(
        &self,
        incident: &str,
        attempt: u32,
        fields: &[(&str, &str)],
    ) -> (u16, String) {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let url = format!("{}/twilio/studio/{incident}/{attempt}", self.server.address);
        let request = self.server.http.post(url);
        let request =
            request.header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
        let answer = request.body(form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
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
        let request = self.server.http.post(format!("{}{path}", self.server.address));
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
