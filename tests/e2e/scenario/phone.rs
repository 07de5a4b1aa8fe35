//! A phone, and the person at it.

use std::time::Duration;

use serde_json::Value;

use super::clocks::MOMENTS;
use super::{CallWith, Scenario, post};

/// Everybody who can be called.
pub(crate) const PEOPLE: [(&str, &str); 4] = [
    ("alpha", "+15005550001"),
    ("bravo", "+15005550002"),
    ("charlie", "+15005550003"),
    ("delta", "+15005550004"),
];

pub(crate) struct Phone<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) name: &'static str,
    pub(super) number: &'static str,
}

impl Phone<'_> {
    pub(crate) fn number(&self) -> &'static str {
        self.number
    }

    /// Waits until it rings. This call is expected now.
    pub(crate) async fn rings(&self) -> &Self {
        self.is_called();
        self.waits("ring", |state| state["call"]["status"] == "ringing").await;
        self
    }

    /// One more call is expected, which need not ring.
    pub(crate) fn is_called(&self) -> &Self {
        *self.scenario.expected().calls.entry(self.name).or_default() += 1;
        self
    }

    pub(crate) async fn answers(&self) -> &Self {
        self.does("answer").await
    }

    /// Turns the call away.
    pub(crate) async fn declines(&self) -> &Self {
        self.does("decline").await
    }

    pub(crate) async fn goes_to_voicemail(&self) -> &Self {
        self.does("voicemail").await
    }

    pub(crate) async fn hangs_up(&self) -> &Self {
        self.does("hang-up").await
    }

    /// Waits until a key is asked for, and presses it.
    pub(crate) async fn presses(&self, key: char) -> &Self {
        self.waits("ask for a key", |state| !state["call"]["gathering"].is_null()).await;
        self.does(&format!("press/{key}")).await
    }

    /// Answers, takes it, gets this text, and hears the last word.
    pub(crate) async fn takes_it(&self, text: &str) -> &Self {
        self.rings().await.answers().await.presses('1').await.is_sent(text).await;
        self.scenario.passes(Duration::from_secs(7)).await;
        self.ends("completed").await
    }

    /// Waits until exactly this is said, in this call or in the last one.
    pub(crate) async fn hears(&self, words: &str) -> &Self {
        self.waits(words, |state| {
            let said = if state["call"].is_null() {
                &state["history"][0]["said"]
            } else {
                &state["call"]["said"]
            };
            said.as_array().is_some_and(|said| said.iter().any(|said| said == words))
        })
        .await;
        self
    }

    /// Waits until all of this is said, one after the other: a Flow speaks it in one go.
    pub(crate) async fn hears_all(&self, words: &[&str]) -> &Self {
        match self.scenario.call_with {
            CallWith::Voice => {
                for words in words {
                    self.hears(words).await;
                }
                self
            }
            CallWith::Studio => self.hears(&words.join(" ")).await,
        }
    }

    /// Pushes the clock past the time for which it rings.
    pub(crate) async fn lets_it_ring(&self) -> &Self {
        let left = self.state().await["call"]["seconds_left"].as_u64().unwrap();
        self.scenario.passes(Duration::from_secs(left + 1)).await;
        self.ends("no-answer").await
    }

    /// Waits until its call is over, in this of Twilio's words, and until the server was told so.
    pub(crate) async fn ends(&self, status: &str) -> &Self {
        self.waits(status, |state| {
            state["call"].is_null() && state["history"][0]["status"] == status
        })
        .await;
        self.scenario.settles().await;
        self
    }

    /// Waits for a text with exactly these words, but for the last line that says what can be answered. It is expected
    /// now; `PAGE` stands for a link to the incident.
    pub(crate) async fn is_sent(&self, text: &str) -> &Self {
        self.is_sent_of("", text).await
    }

    /// The same of the newest incident of this policy.
    pub(crate) async fn is_sent_of(&self, policy: &str, text: &str) -> &Self {
        let all = self.scenario.incidents().await;
        let of = all.iter().find(|incident| policy.is_empty() || incident["policy"] == policy);
        let incident = of.unwrap()["id"].as_str().unwrap().to_owned();
        let base = match self.scenario.twilio {
            Some(_) => self.scenario.server.address.as_str(),
            None => crate::harness::BASE,
        };
        let has_link = text.contains("PAGE");
        let text = text.replace("PAGE", &format!("{base}{ANY_LINK}"));
        let expected = {
            let mut expected = self.scenario.expected();
            let texts = expected.texts.entry(self.name).or_default();
            texts.push(text);
            texts.clone()
        };
        self.waits(&format!("get {expected:?}"), |state| texts(state) == expected).await;
        if has_link {
            let opened = self.opens_its_link().await;
            assert_eq!(opened.page, format!("/i/incident/{incident}"));
        }
        self
    }

    /// Texts this back to the number that has texted it.
    pub(crate) async fn texts_back(&self, words: &str) -> &Self {
        let path = format!("/sandbox/phones/{}/text", self.number);
        let told = post(self.scenario.twilio(), &path, words.to_owned()).await;
        assert_eq!(told.0, 200, "{} {words}: {}", self.name, told.1);
        self
    }

    /// The answers that its last text offers: the line that says so.
    pub(crate) async fn offers(&self) -> String {
        let state = self.state().await;
        let texts = state["texts"].as_array().unwrap().iter();
        let last = texts.rev().find(|text| text["is_own"] != true).unwrap();
        let words = last["body"].as_str().unwrap();
        words.split_once("\nReply ").map(|(_, offers)| offers.to_owned()).unwrap_or_default()
    }

    /// Opens the link of its newest text, as a browser that knows nothing else.
    pub(crate) async fn opens_its_link(&self) -> Opened {
        let state = self.state().await;
        let texts = state["texts"].as_array().unwrap().iter();
        let mut links = texts.filter_map(|text| text["body"].as_str()?.rsplit_once("/i/"));
        let (_, newest) = links.next_back().unwrap();
        let token = newest.lines().next().unwrap();
        Opened::by(&self.scenario.server.address, &format!("/i/{token}")).await
    }

    /// Sets what it does by itself from now on.
    pub(crate) async fn has_the_habit(&self, habit: Value) -> &Self {
        let path = format!("/sandbox/phones/{}/habit", self.number);
        assert_eq!(post(self.scenario.twilio(), &path, habit.to_string()).await.0, 200);
        self
    }

    async fn does(&self, what: &str) -> &Self {
        let path = format!("/sandbox/phones/{}/{what}", self.number);
        let told = post(self.scenario.twilio(), &path, String::new()).await;
        assert_eq!(told.0, 200, "{} {what}: {}", self.name, told.1);
        self
    }

    /// The JSON of what it shows.
    pub(crate) async fn state(&self) -> Value {
        let state = self.scenario.phones().await;
        let phones = state["phones"].as_array().unwrap();
        phones.iter().find(|phone| phone["number"] == self.number).unwrap().clone()
    }

    async fn waits(&self, what: &str, is_so: impl Fn(&Value) -> bool) {
        for _ in 0..MOMENTS {
            let state = self.state().await;
            let most = self.scenario.expected().calls.get(self.name).copied().unwrap_or_default();
            assert!(
                calls(&state) <= most,
                "{} is called once more than expected: {state:#}",
                self.name
            );
            if calls(&state) == most && is_so(&state) {
                return;
            }
            self.scenario.waits_a_moment().await;
        }
        let (state, slack) = (self.state().await, self.scenario.slack().await);
        panic!(
            "{} does not {what}: {state:#}\n{slack:#?}\n{}",
            self.name,
            self.scenario.server.log()
        );
    }
}

/// How many calls it had.
pub(super) fn calls(state: &Value) -> usize {
    state["history"].as_array().unwrap().len() + usize::from(!state["call"].is_null())
}

/// Stands for the link of a text, which nobody can guess.
const ANY_LINK: &str = "/i/…";

/// The texts that it got, without what can be answered to them; each link is [`ANY_LINK`].
pub(super) fn texts(state: &Value) -> Vec<String> {
    let texts = state["texts"].as_array().unwrap().iter().filter(|text| text["is_own"] != true);
    let text = |text: &Value| {
        let body = text["body"].as_str().unwrap().split("\nReply ").next().unwrap_or_default();
        match body.rsplit_once("/i/") {
            Some((before, token)) if token.len() == 22 => format!("{before}{ANY_LINK}"),
            _ => body.to_owned(),
        }
    };
    texts.map(text).collect()
}

/// The page of an incident that the link of a text leads to, in a browser that has nothing but what the link gave it.
pub(crate) struct Opened {
    address: String,
    http: reqwest::Client,
    cookie: String,
    pub(crate) page: String,
}

impl Opened {
    async fn by(address: &str, link: &str) -> Opened {
        let http = shared::http::client().unwrap();
        let answer = http.get(format!("{address}{link}")).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{link}");
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let cookie = header("set-cookie").split(';').next().unwrap().to_owned();
        let page = header("location");
        Opened { address: address.to_owned(), http, cookie, page }
    }

    /// The status and the text of the page.
    pub(crate) async fn shows(&self) -> (u16, String) {
        self.opens(&self.page).await
    }

    /// Those of another page, with what the link gave.
    pub(crate) async fn opens(&self, path: &str) -> (u16, String) {
        let request = self.http.get(format!("{}{path}", self.address));
        let answer = request.header("cookie", &self.cookie).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Presses a button of the page. Gives what the page is asked to say.
    pub(crate) async fn acts(&self, act: &str, form: &str) -> String {
        let answer = self.posts(&self.page, act, &self.address, form).await;
        assert_eq!(answer.status(), 303, "{act}");
        let there = answer.headers()["location"].to_str().unwrap();
        there.split_once("?asked=").unwrap().1.to_owned()
    }

    /// The status of the same for a page of the same server, from this origin.
    pub(crate) async fn status(&self, page: &str, act: &str, origin: &str) -> u16 {
        self.posts(page, act, origin, "").await.status().as_u16()
    }

    async fn posts(&self, page: &str, act: &str, origin: &str, form: &str) -> reqwest::Response {
        let request = self.http.post(format!("{}{page}/{act}", self.address));
        let request = request.header("cookie", &self.cookie).header("origin", origin);
        request.body(form.to_owned()).send().await.unwrap()
    }

    /// The token of the link.
    pub(crate) fn token(&self) -> &str {
        self.cookie.split_once('=').unwrap().1
    }
}
